/**
 * Opens the conversations of media streams. A call that comes back on another stream is gone on with from where its last
 * process wrote it down. What fails keeps nothing: no session without a stream, no call without an end.
 */

import type { Call, CallAttempt, CallId, CallKey, LegStatus } from '@parley/calls'
import { ParleyError, type SessionId, type SessionSnapshot } from '@parley/core'
import type { PhoneHost, PhoneOpened, PhoneOpenRequest } from '@parley/transports'
import { type AgentCatalogue, speaks } from '../gateway/agent-catalogue.js'
import type { OpenedCall, SessionDesk } from '../gateway/desk-contract.js'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import { adopt } from './adopt-stream.js'
import type { CallAround } from './call-around.js'
import { brief, newsOf, saysTexts } from './call-brief.js'
import { type CallEnds, isOver } from './call-ends.js'
import type { CallWorld } from './call-world.js'
import type { HeldCalls } from './held-calls.js'
import { keyedTransport } from './keyed-transport.js'
import { createLiveCall, type LiveCall } from './live-call.js'
import type { PhoneNumbers } from './phone-numbers.js'

export interface StreamDeskParts {
  readonly world: CallWorld
  readonly ends: CallEnds
  readonly held: HeldCalls
  readonly sessions: Pick<SessionDesk, 'openCall'>
  readonly agents: AgentCatalogue
  readonly numbers: PhoneNumbers
  /** BCP 47, of calls that do not say. */
  readonly language: string
  readonly around: CallAround
}

interface StreamedCall {
  readonly call: Call
  readonly attempt: CallAttempt
  /** Nobody else says that it is over; its stream's end is its own. */
  readonly end?: (status: LegStatus) => void
}

const TAKE_TRIES = 4
const TAKE_PAUSE_MS = 300

export function createStreamDesk(parts: StreamDeskParts): PhoneHost {
  const { world, ends, held, agents, around } = parts
  const { store, registry, epochMs, log } = world

  async function open(request: PhoneOpenRequest): Promise<PhoneOpened> {
    const { ticket } = request.phone
    if (ticket === undefined) return openAdopted(request)
    const key: CallKey = { tenant: request.principal.tenant, id: ticket.call as CallId }
    const call = await store.readCall(key)
    const attempt = call?.legs.find(({ id }) => id === ticket.attempt)
    if (call === undefined || attempt === undefined)
      throw new ParleyError('not_found', 'The call is unknown.')
    if (isOver(call) || attempt.state === 'ended') throw new ParleyError('call_over')
    const { id, carrier, carrierCall = '' } = attempt
    const about = { attempt: id, carrier, carrierCall, atMs: epochMs() }
    await store.tell({ ...about, id: `talk-${id}`, status: 'in-progress' }, world.decide)
    const { resumes } = ticket
    if (resumes === undefined) return begin(request, { call, attempt })
    return resume(request, { call, attempt }, resumes as SessionId)
  }

  async function openAdopted(request: PhoneOpenRequest): Promise<PhoneOpened> {
    const { call, attempt } = await adopt(request, parts)
    const end = await ends.own(attempt)
    try {
      return await begin(request, { call, attempt, end })
    } catch (error) {
      end('failed')
      throw error
    }
  }

  async function resume(
    request: PhoneOpenRequest,
    streamed: StreamedCall,
    session: SessionId,
  ): Promise<PhoneOpened> {
    const { call, attempt } = streamed
    const here = held.get(call.id)
    if (here !== undefined && here.opened.held.id === session && here.opened.held.ending === undefined) {
      await world.note(call, 'came-back', { session })
      const keyed = keyedTransport(request.transport, digit => here.live.pressed(digit))
      here.opened.held.attach(keyed.transport)
      here.live.stands(here.opened.held, request.phone.leg, () => keyed.inbox)
      return { ...here.opened, resumed: true, resumable: true }
    }
    const { cameBack } = await world.past(call)
    const kept = await take(call, session)
    if (kept === undefined) return begin(request, streamed)
    try {
      const opened = await begin(request, streamed, kept)
      if (cameBack !== undefined) held.get(call.id)?.live.tell(newsOf(cameBack))
      return opened
    } catch (error) {
      // The next stream finds it again.
      world.keep(call, attempt, kept)
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

  function liveOf({ call, attempt, end }: StreamedCall): LiveCall {
    const agent = agents.choose(call.agent, call.language)
    return createLiveCall({
      ...{ call, attempt, plan: phonePlanOf(agent), world },
      ...(saysTexts(agent) ? {} : { elsewhere: agent.language }),
      ended(over, session, reason) {
        held.ended(session)
        held.forget(over)
        registry.drop(session)
        void world.note(call, 'talk-ended', { session, reason })
        end?.('completed')
      },
      handedOver(over) {
        held.forget(over)
        end?.('completed')
      },
    })
  }

  async function begin(
    { phone, principal, transport, signal }: PhoneOpenRequest,
    streamed: StreamedCall,
    goesOnFrom?: SessionSnapshot,
  ): Promise<PhoneOpened> {
    const { call, attempt, end } = streamed
    const agent = agents.choose(call.agent, call.language)
    const live = liveOf(streamed)
    const { plan } = live
    const keyed = keyedTransport(transport, digit => live.pressed(digit))
    const surroundings = around.of(live)
    const handsOver = () =>
      void live.handOver().catch(err => log.error({ err, call: call.id }, 'a call was not handed over'))
    let opened: OpenedCall
    try {
      const taps = await surroundings.taps(phone.ticket?.resumes !== undefined)
      opened = await parts.sessions.openCall({
        ...{ agent, principal, signal },
        language: speaks(agent, call.language) ? call.language : agent.language,
        transport: keyed.transport,
        opens: agent.greeting.say.length > 0,
        maxMs: plan.maxSeconds * 1000,
        roundTripMs: () => live.rttMs,
        ...(goesOnFrom === undefined ? {} : { goesOnFrom }),
        taps: [live.tap, ...taps],
        wrap: engine => surroundings.wrap(live.wrap(engine, agent.turns.bargeIn)),
        // Nobody comes back with a call of which only its stream tells.
        ...(end === undefined
          ? {
              leave: handsOver,
              ...(world.outlives ? { snapshots: snapshot => world.keep(call, attempt, snapshot) } : {}),
            }
          : {}),
      })
    } catch (error) {
      surroundings.failed()
      throw error
    }
    await joined(streamed, opened)
    const session = opened.held.id
    await world.note(call, 'talk-began', { session, ...(goesOnFrom === undefined ? {} : { goesOn: true }) })
    held.hold({ live, opened })
    const facts = goesOnFrom === undefined ? brief(call) : undefined
    if (facts !== undefined) keyed.inbox?.steering.remember(facts)
    live.stands(opened.held, phone.leg, () => keyed.inbox)
    await endIfOver(live)
    return { ...opened, resumable: end === undefined }
  }

  /** A talk that the store knows nothing of would count as none, and its call be made again. @throws what the store throws */
  async function joined({ attempt }: StreamedCall, { held: session }: OpenedCall): Promise<void> {
    try {
      await store.joinSession(attempt.id, session.id, epochMs())
    } catch (error) {
      void session.end('error')
      throw error
    }
  }

  /** The carrier may have told of the end while the session opened: nobody here was known then who could be told. */
  async function endIfOver(live: LiveCall): Promise<void> {
    const { id, tenant } = live.call
    try {
      const call = await store.readCall({ id, tenant })
      const attempt = call?.legs.find(leg => leg.id === live.attempt.id)
      if (call === undefined || isOver(call) || attempt?.state === 'ended')
        live.hangUp('the call was over before it was talked in')
    } catch (err) {
      log.warn({ err, call: id }, 'whether a call is over was not read')
    }
  }

  return { open }
}
