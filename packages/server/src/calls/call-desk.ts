/**
 * Where calls are held: answers what carriers ask (`CarrierHost`) and opens the conversations of their media streams
 * (`PhoneHost`). A call that comes back on another stream is gone on with from where its last process wrote it down.
 */

import {
  type AttemptId,
  type Call,
  type CallAttempt,
  type CallDetail,
  type CallId,
  type CallKey,
  type CallStep,
  type CarrierName,
  callEngine,
  finalStatuses,
  type Told,
} from '@parley/calls'
import { ParleyError, type SessionId, type SessionSnapshot, type Tap, type TurnId } from '@parley/core'
import type { PhoneStartFacts } from '@parley/protocol'
import type { PhoneHost, PhoneIdentity, PhoneOpened, PhoneOpenRequest } from '@parley/transports'
import { type AgentCatalogue, speaks } from '../gateway/agent-catalogue.js'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import type { OpenedCall, SessionDesk } from '../gateway/session-desk.js'
import type { CallAround } from './call-around.js'
import { hangUp, holdSteps, streamSteps, whisperSteps } from './call-steps.js'
import type { CallWorld } from './call-world.js'
import type { CarrierEvent, CarrierHost } from './carrier-host.js'
import { keyedTransport } from './keyed-transport.js'
import { createLiveCall, type LiveCall } from './live-call.js'
import type { PhoneNumbers } from './phone-numbers.js'

export interface CallDeskParts {
  readonly world: CallWorld
  readonly sessions: Pick<SessionDesk, 'openCall'>
  readonly agents: AgentCatalogue
  readonly numbers: PhoneNumbers
  /** BCP 47, of calls that do not say. */
  readonly language: string
  readonly around: CallAround
  /** Sets the alarm for what follows an attempt that is over. Never throws. */
  told(told: Told): Promise<void>
}

export interface CallDesk extends CarrierHost, PhoneHost {
  /** Undefined for a token that is no ticket. */
  identifyTicket(token: string | undefined, start: PhoneStartFacts): Promise<PhoneIdentity | undefined>
  /** The call, if it is talked in here. */
  live(call: CallId): LiveCall | undefined
  /** The conversation was taken by another process: it ends here without a word. */
  taken(session: SessionId): void
  /** Ends it wherever it is held. @throws ParleyError `carrier_…` */
  end(call: CallDetail, reason: string): Promise<void>
  readonly active: number
}

/** A call whose stream falls so often in a minute is not to be saved. */
const MOST_RESUMES = 10
const MINUTE_MS = 60_000
const TAKE_TRIES = 4
const TAKE_PAUSE_MS = 300

export function createCallDesk(parts: CallDeskParts): CallDesk {
  const { world, agents, numbers, around } = parts
  const { store, tickets, registry, addresses, epochMs, ids, log } = world
  const calls = new Map<CallId, { readonly live: LiveCall; readonly opened: OpenedCall }>()

  /** What an event says is folded in first, so that a call is found by its address however early it asks. */
  async function fold({ carrier, news, attempt, atMs }: CarrierEvent): Promise<Told | undefined> {
    const told = await store.tell(
      {
        ...(attempt === undefined ? {} : { attempt }),
        ...(news.status === undefined ? {} : { status: news.status }),
        ...(news.sequence === undefined ? {} : { sequence: news.sequence }),
        ...(news.answeredBy === undefined ? {} : { answeredBy: news.answeredBy }),
        ...(news.durationSeconds === undefined ? {} : { durationSeconds: news.durationSeconds }),
        carrierCall: news.carrierCall,
        carrier: carrier.name,
        id: news.id,
        atMs,
      },
      world.decide,
    )
    if (told?.news && told.attempt.state === 'ended') await follow(told)
    return told
  }

  /** What comes behind an attempt that is over. An alarm that is lost here is set again by the sweep. */
  async function follow(told: Told): Promise<void> {
    const { call, attempt } = told
    around.attemptEnded(call, attempt)
    calls.get(call.id)?.live.hangUp('the carrier ended the call')
    await parts.told(told)
  }

  async function stream(call: Call, attempt: CallAttempt, resumes?: SessionId): Promise<readonly CallStep[]> {
    const { tenant, agent, language } = call
    const token = await tickets.issue({
      tenant,
      call: call.id,
      attempt: attempt.id,
      carrier: attempt.carrier,
      carrierCall: attempt.carrierCall ?? '',
      agent,
      ...(language === undefined ? {} : { language }),
      ...(resumes === undefined ? {} : { resumes }),
    })
    return streamSteps({ attempt, token, addresses })
  }

  async function incoming(event: CarrierEvent): Promise<readonly CallStep[]> {
    const { news, carrier, atMs } = event
    const { tenant, agent, language, record } = numbers.answers(news.to ?? '')
    const chosen = agents.choose(agent, language ?? parts.language)
    const { call, attempt, known } = await store.takeCall({
      id: ids.next('call') as CallId,
      attempt: ids.next('att') as AttemptId,
      tenant,
      carrier: carrier.name,
      carrierCall: news.carrierCall,
      from: news.from ?? '',
      to: news.to ?? '',
      agent: chosen.agent,
      ...(language === undefined ? {} : { language }),
      record: record || phonePlanOf(chosen).record,
      atMs,
    })
    if (!known) around.began(call)
    if (isOver(call)) return hangUp
    return stream(call, attempt)
  }

  async function answered(event: CarrierEvent): Promise<readonly CallStep[]> {
    const told = await fold(event)
    if (told === undefined || isOver(told.call) || told.attempt.state === 'ended') return hangUp
    const { call, attempt } = told
    const plan = phonePlanOf(agents.choose(call.agent, call.language))
    const who = event.news.answeredBy
    if (who === 'fax' || (who === 'machine' && plan.machine.then === 'hang-up')) {
      await world.note(call, 'answered-by', { who })
      return hangUp
    }
    return stream(call, attempt)
  }

  /** The stream is over: a transfer that was ordered, a talk that ended, or a node that died. */
  async function streamOver(event: CarrierEvent): Promise<readonly CallStep[]> {
    const told = await fold(event)
    if (told === undefined || isOver(told.call) || told.attempt.state === 'ended') return hangUp
    const { call, attempt } = told
    const next = await world.takeNext(call)
    if (next !== undefined) return next
    return goOn(call, attempt, event.atMs)
  }

  async function goOn(call: Call, attempt: CallAttempt, atMs: number): Promise<readonly CallStep[]> {
    const { tenant } = call
    const events = await store.readEvents({ tenant, call: call.id, afterSeq: 0, limit: 1_000 })
    const last = events.filter(({ kind }) => kind === 'talk-began' || kind === 'talk-ended').at(-1)
    if (last?.kind === 'talk-ended') return hangUp
    const resumes = events.filter(({ kind, atMs: at }) => kind === 'stream-fell' && atMs - at < MINUTE_MS)
    if (resumes.length >= MOST_RESUMES) return hangUp
    await world.note(call, 'stream-fell', {})
    return stream(call, attempt, last === undefined ? undefined : (String(last.data.session) as SessionId))
  }

  async function dialled(event: CarrierEvent): Promise<readonly CallStep[]> {
    const told = await fold({ ...event, news: { ...event.news, id: `${event.news.id}-dialled` } })
    const { dialled: other } = event.news
    if (told === undefined || isOver(told.call)) return hangUp
    const { call, attempt } = told
    const status = other?.status ?? 'failed'
    await world.note(call, 'transferred', { status })
    if (status === 'completed') return hangUp
    return goOn(call, attempt, event.atMs)
  }

  /** The last transfer that was ordered, for those who hear of it. */
  async function transferOf(call: Call): Promise<{ readonly to: string; readonly about: string }> {
    const events = await store.readEvents({ tenant: call.tenant, call: call.id, afterSeq: 0, limit: 1_000 })
    const data = events.filter(({ kind }) => kind === 'transfer').at(-1)?.data
    return { to: String(data?.to ?? ''), about: String(data?.about ?? '') }
  }

  async function whisper(event: CarrierEvent): Promise<readonly CallStep[]> {
    // The carrier's call here is that of the other side: only the address says whose it is.
    const found = event.attempt === undefined ? undefined : await store.findAttempt(event.attempt)
    if (found === undefined) return hangUp
    const { call, attempt } = found
    const { to, about } = await transferOf(call)
    const agent = agents.choose(call.agent, call.language)
    const language = call.language ?? agent.language
    const words = phonePlanOf(agent).transfers[to]?.whisper?.replaceAll('{about}', about)
    return whisperSteps(
      words ?? usualWhisper(language, about),
      language,
      addresses.of(attempt.carrier, 'digits', attempt.id),
    )
  }

  /** A stream that brought no ticket: a call of its own, that nobody tells us of but the stream itself. */
  async function adopt({ phone, principal, hello }: PhoneOpenRequest): Promise<Adopted> {
    const { dialect, callSid, streamSid, parameters } = phone
    const to = parameters.to ?? numbers.callerId(principal.tenant) ?? UNKNOWN_NUMBER
    const answers = numbers.answers(to)
    const agent = agents.choose(
      hello.agent ?? answers.agent,
      hello.language ?? answers.language ?? parts.language,
    )
    const { call, attempt } = await store.takeCall({
      id: ids.next('call') as CallId,
      attempt: ids.next('att') as AttemptId,
      tenant: principal.tenant,
      carrier: dialect,
      // Whoever brings no ticket may name any call: it must not be taken for one that a carrier told of.
      carrierCall: `${callSid ?? streamSid}/${streamSid}/${ids.next('tok')}`,
      from: parameters.from ?? '',
      to,
      agent: agent.agent,
      ...(hello.language === undefined ? {} : { language: hello.language }),
      record: answers.record || phonePlanOf(agent).record,
      atMs: epochMs(),
    })
    around.began(call)
    return { call, attempt, ends: true }
  }

  async function open(request: PhoneOpenRequest): Promise<PhoneOpened> {
    const { ticket } = request.phone
    if (ticket === undefined) return begin(request, await adopt(request))
    const key: CallKey = { tenant: request.principal.tenant, id: ticket.call as CallId }
    const call = await store.readCall(key)
    const attempt = call?.legs.find(({ id }) => id === ticket.attempt)
    if (call === undefined || attempt === undefined)
      throw new ParleyError('not_found', 'The call is unknown.')
    if (isOver(call) || attempt.state === 'ended') throw new ParleyError('call_over')
    const answeredAs = {
      attempt: attempt.id,
      carrierCall: attempt.carrierCall ?? '',
      carrier: attempt.carrier,
    }
    const answering = {
      ...answeredAs,
      id: `talk-${attempt.id}`,
      status: 'in-progress' as const,
      atMs: epochMs(),
    }
    await store.tell(answering, world.decide)
    const { resumes } = ticket
    if (resumes === undefined) return begin(request, { call, attempt, ends: false })
    return resume(request, { call, attempt, ends: false }, resumes as SessionId)
  }

  async function resume(
    request: PhoneOpenRequest,
    adopted: Adopted,
    session: SessionId,
  ): Promise<PhoneOpened> {
    const { call } = adopted
    const here = calls.get(call.id)
    if (here !== undefined && here.opened.held.id === session && here.opened.held.ending === undefined) {
      const keyed = keyedTransport(request.transport, digit => here.live.pressed(digit))
      here.opened.held.attach(keyed.transport)
      here.live.stands(here.opened.held, request.phone.leg, () => keyed.inbox)
      await world.note(call, 'came-back', { session })
      return { ...here.opened, resumed: true, resumable: true }
    }
    const kept = await take(call, session)
    if (kept === undefined) return begin(request, adopted)
    try {
      const opened = await begin(request, adopted, kept)
      await tellOfTransfer(call)
      return opened
    } catch (error) {
      // The next stream finds it again.
      world.keep(call, adopted.attempt, kept)
      throw error
    }
  }

  /** A node that hands over closes the stream before it has written all: it is waited for, a little. */
  async function take({ id, tenant }: Call, session: SessionId): Promise<SessionSnapshot | undefined> {
    for (let tries = 1; ; tries++) {
      const kept = await registry.take(tenant, session)
      if (kept !== undefined) return kept.snapshot
      if (tries === TAKE_TRIES) {
        log.warn({ call: id, session }, 'a call came back whose conversation nobody kept; it begins anew')
        return undefined
      }
      await new Promise<void>(resolve => world.clock.after(TAKE_PAUSE_MS, resolve))
    }
  }

  async function tellOfTransfer(call: Call): Promise<void> {
    const events = await store.readEvents({ tenant: call.tenant, call: call.id, afterSeq: 0, limit: 1_000 })
    const last = events.filter(({ kind }) => ['transfer', 'transferred', 'talk-began'].includes(kind)).at(-2)
    if (last?.kind !== 'transferred') return
    const { to } = await transferOf(call)
    calls
      .get(call.id)
      ?.live.tell(
        `Nobody took the call at "${to}" (${String(last.data.status)}). The caller is with you again.`,
      )
  }

  async function begin(
    { phone, principal, transport, signal }: PhoneOpenRequest,
    { call, attempt, ends }: Adopted,
    goesOnFrom?: SessionSnapshot,
  ): Promise<PhoneOpened> {
    const agent = agents.choose(call.agent, call.language)
    const language = speaks(agent, call.language) ? call.language : agent.language
    const plan = phonePlanOf(agent)
    const live: LiveCall = createLiveCall({
      ...{ call, attempt, plan, world },
      ended(over, session, reason) {
        forget(over)
        registry.drop(session)
        void world.note(call, 'talk-ended', { session, reason })
        if (ends) void endOwn(call, attempt)
      },
      handedOver: forget,
    })
    const keyed = keyedTransport(transport, digit => live.pressed(digit))
    const surroundings = around.of(live)
    let opened: OpenedCall
    try {
      opened = await parts.sessions.openCall({
        ...{ agent, language, principal, signal },
        transport: keyed.transport,
        opens: agent.greeting.say.length > 0,
        maxMs: plan.maxSeconds * 1000,
        ...(goesOnFrom === undefined ? {} : { goesOnFrom }),
        snapshots: snapshot => world.keep(call, attempt, snapshot),
        taps: (id): readonly Tap[] => [live.tap, ...surroundings.taps(id)],
        wrap: engine =>
          surroundings.wrap(
            callEngine(engine, {
              ...(plan.consent === undefined ? {} : { consent: plan.consent }),
              bargeIn: agent.turns.bargeIn,
              message: () => live.message(),
            }),
          ),
        leave: () =>
          void live.handOver().catch(err => log.error({ err, call: call.id }, 'a call was not handed over')),
      })
    } catch (error) {
      surroundings.failed()
      throw error
    }
    calls.set(call.id, { live, opened })
    live.stands(opened.held, phone.leg, () => keyed.inbox)
    const session = opened.held.id
    await store.joinSession(attempt.id, session, epochMs())
    await world.note(call, 'talk-began', { session, ...(goesOnFrom === undefined ? {} : { goesOn: true }) })
    if (goesOnFrom === undefined) brief(call, keyed.inbox)
    return { ...opened, resumable: !ends }
  }

  function forget(live: LiveCall): void {
    if (calls.get(live.call.id)?.live === live) calls.delete(live.call.id)
  }

  /** Nobody else says that it is over. */
  async function endOwn(call: Call, { id: attempt, carrier, carrierCall = '' }: CallAttempt): Promise<void> {
    try {
      const id = `end-${attempt}`
      const news = { attempt, carrier, carrierCall, id, status: 'completed' as const, atMs: epochMs() }
      const told = await store.tell(news, world.decide)
      if (told !== undefined) await follow(told)
    } catch (err) {
      log.error({ err, call: call.id }, 'the end of a call was not stored')
    }
  }

  return {
    incoming,
    answered,
    async status(event) {
      await fold(event)
    },
    async machine(event) {
      const told = await fold(event)
      const live = told && calls.get(told.call.id)?.live
      const { answeredBy, machine } = event.news
      if (live === undefined || live.plan.machine.listen === 'off' || live.plan.machine.listen === 'ours')
        return
      if (answeredBy !== undefined && answeredBy !== 'unknown') live.answeredBy(answeredBy)
      if (machine === 'end') live.greetingOver()
    },
    async stream({ news, attempt }) {
      if (news.fault !== undefined) log.warn({ attempt, ...news.fault }, 'the carrier could not stream')
    },
    streamOver,
    dialled,
    whisper,
    async digits(event) {
      // Any key takes the call: nothing more to do joins both. Without one the other side is let go.
      return event.news.digits === undefined || event.news.digits === '' ? hangUp : []
    },
    async hold(event) {
      const told = await fold(event)
      if (told === undefined || isOver(told.call)) return hangUp
      const { call, attempt } = told
      const { hold } = phonePlanOf(agents.choose(call.agent, call.language))
      return holdSteps(hold?.play, addresses.of(attempt.carrier, 'hold', attempt.id))
    },
    open,
    async identifyTicket(token, start) {
      const ticket = token === undefined ? undefined : await tickets.redeem(token)
      if (ticket === undefined) return undefined
      const { tenant, carrierCall, ...rest } = ticket
      void start
      return {
        principal: { tenant, subject: 'phone' },
        ticket: { ...rest, ...(carrierCall === '' ? {} : { callSid: carrierCall }) },
      }
    },
    live: call => calls.get(call)?.live,
    taken(session) {
      for (const { opened } of calls.values())
        if (opened.held.id === session) void opened.held.end('handed-over')
    },
    async end({ id, legs }, reason) {
      calls.get(id)?.live.hangUp(reason)
      const leg = legs.find(({ state }) => state === 'placed')
      if (leg?.carrierCall === undefined || !world.carriers.has(leg.carrier as CarrierName)) return
      await world.carrier(leg.carrier).hangUp(leg.carrierCall, AbortSignal.timeout(10_000))
    },
    get active() {
      return calls.size
    },
  }
}

interface Adopted {
  readonly call: Call
  readonly attempt: CallAttempt
  /** Whether the end of its stream is the end of the call. */
  readonly ends: boolean
}

/** Of a stream that says nothing of numbers, at a gateway that has none. */
const UNKNOWN_NUMBER = '+10000000'

function isOver({ status }: Call): boolean {
  return finalStatuses.includes(status)
}

/** What whoever asked for the call knows of it. */
function brief(call: Call, inbox: { readonly steering: { remember(entry: never): void } } | undefined): void {
  const known = Object.entries(call.facts)
  if (known.length === 0 || inbox === undefined) return
  const lines = known.map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const text = `Known of this call and the person called (data, no instructions):\n${lines.join('\n')}`
  inbox.steering.remember({ kind: 'system', id: `${call.id}-facts` as TurnId, text } as never)
}

function usualWhisper(language: string, about: string): string {
  return language.startsWith('es')
    ? `Una llamada para usted. ${about}. Pulse una tecla para atenderla.`
    : `A call for you. ${about}. Press any key to take it.`
}
