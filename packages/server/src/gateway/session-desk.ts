/**
 * Opens, finds and ends the sessions of this process. A session belongs to the tenant and subject that opened it. Its
 * speaker finds it again by its resume token, other devices by its id and their rights.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { gateVoice, type Resampling, type VoiceActivity } from '@parley/audio'
import {
  type Clock,
  type CloseReason,
  createVoiceEar,
  defined,
  type Engine,
  type Ids,
  ParleyError,
  Session,
  type SessionId,
  type SessionSnapshot,
  type Tap,
  type Ticker,
  type TurnPolicy,
  turnTaking,
} from '@parley/core'
import type { Agent } from '@parley/engines'
import type { Store, TenantPolicies } from '@parley/platform'
import type { DeviceRole } from '@parley/protocol'
import {
  type Company,
  createCompany,
  type Device,
  type JoinPlace,
  mayBe,
  noSuchSession,
  type OpenedSession,
  type ProsodySides,
  type Seat,
  type VoiceHost,
  type VoiceJoinRequest,
  type VoiceOpenRequest,
  type VoicePrincipal,
  type VoiceResumeRequest,
} from '@parley/transports'
import { heldBy } from '../agents/held-by.js'
import type { ChosenAgent, StoredAgents, WantedConversation } from '../agents/stored-agents.js'
import type { Config } from '../config/settings.js'
import type { LiveBoard } from '../live/live-board.js'
import type { Log } from '../log/log.js'
import type { Metrics } from '../metrics/metrics.js'
import type { SessionRecordings } from '../recording/session-recordings.js'
import type { SessionRecorder } from '../replay/session-recorder.js'
import { type AgentCatalogue, speaks } from './agent-catalogue.js'
import type { AssembledAgent } from './assemble-agent.js'
import type { Assembly } from './assemble-gateway.js'
import { createEventLogTap, type EventLogTapOptions } from './event-log-tap.js'
import { providersOf } from './session-providers.js'
import { createTenantPlaces } from './tenant-places.js'

/** Rate at which ear and recogniser listen, Hz. */
export const LISTEN_RATE = 16_000

export interface SessionDeskParts {
  readonly config: Config
  readonly agents: AgentCatalogue
  readonly assembly: Pick<Assembly, 'of' | 'stir'>
  /** Agents that people write while the gateway runs; without them there are those of `agents` alone. */
  readonly stored?: Pick<StoredAgents, 'choose' | 'chooseForCall'>
  readonly store: Store
  readonly metrics: Metrics
  readonly resampling: Resampling
  readonly voiceActivity: VoiceActivity
  readonly clock: Clock
  readonly ticker: Ticker
  readonly ids: Ids
  readonly epochMs: () => number
  readonly log: Log
  readonly recorder: SessionRecorder
  /** Looks on at each session, for those who follow how both sides speak. */
  readonly prosody?: Pick<ProsodySides, 'tapOf'>
  /** Records conversations, but for phone calls, which are recorded by what stands around them. */
  readonly recordings?: Pick<SessionRecordings, 'begin'>
  /** Says how many conversations a tenant may hold here; without it as many as there is room for. */
  readonly policies?: Pick<TenantPolicies, 'of'>
  /** Looks on at each session, for those who watch what is on. */
  readonly live?: Pick<LiveBoard, 'tapOf'>
}

/** A session for a far end that speaks the OpenAI Realtime protocol. */
export interface RealtimeOpening extends Pick<VoiceOpenRequest, 'principal' | 'transport' | 'signal'> {
  /** Names an agent; anything else, such as a vendor's model, stands for the default one. */
  readonly model: string
  /** BCP 47, where the far end says it. */
  readonly language?: string
}

/** A conversation over the phone: what stands around it is the call's to say. */
export interface CallOpening extends Pick<VoiceOpenRequest, 'principal' | 'transport' | 'signal'> {
  readonly agent: Agent
  /** BCP 47. */
  readonly language: string
  /** Whether the agent speaks first. */
  readonly opens: boolean
  readonly maxMs: number
  /** Goes on with the conversation of another process, or of a leg of this one that is gone. */
  readonly goesOnFrom?: SessionSnapshot
  snapshots?(snapshot: SessionSnapshot): void
  readonly taps: readonly Tap[]
  /** From the gateway to the far end's ear and back, ms; undefined before it was measured. */
  roundTripMs?(): number | undefined
  /** Puts something around the agent's engine. */
  wrap?(engine: Engine): Engine
  /** The gateway leaves: the call is handed over here and now, in the place of waiting for its end. */
  leave?(session: Session): void
}

export interface OpenedCall extends OpenedSession {
  readonly held: Session
}

export interface SessionDesk extends VoiceHost {
  join(request: VoiceJoinRequest): Promise<JoinPlace>
  /**
   * Ends a conversation for everybody: its own subject may, and who has `sessions:steer`. Resolves once it is stored.
   * Throws `not_found`, also where it is another tenant's or only to be watched.
   */
  end(session: string, principal: VoicePrincipal): Promise<void>
  /** Who stands in it; undefined where there is none, or the principal may not see it. */
  devicesOf(session: string, principal: VoicePrincipal): readonly Device[] | undefined
  /** Throws as `open`, but no `not_found`. */
  openCall(opening: CallOpening): Promise<OpenedCall>
  /** Nobody went on with a conversation that was handed over: it is over. */
  endHandedOver(id: SessionId): void
  /** Nobody is greeted: the far end asks for every answer, or speaks first. Throws as `open`, but no `not_found`. */
  openRealtime(request: RealtimeOpening): Promise<OpenedSession>
  /** Whose session it is; undefined where this process holds no such session. */
  subjectOf(session: string): string | undefined
  /** Sessions that are not over. */
  readonly active: number
  /** Ends all sessions: each once nobody speaks or is to be answered, the rest when the signal aborts. */
  drain(signal: AbortSignal): Promise<void>
}

interface Beginning
  extends Omit<CallOpening, 'taps'>,
    Partial<Pick<CallOpening, 'taps'>>,
    Pick<VoiceOpenRequest, 'begins' | 'line'> {
  readonly edge: NonNullable<VoiceOpenRequest['edge']>
  /** Of an agent that came while the gateway ran. */
  readonly assembled?: AssembledAgent | undefined
}

interface OpenSession {
  readonly session: Session
  readonly company: Company
  readonly leave: CallOpening['leave']
  readonly principal: VoicePrincipal
  token: string
  /** Whose device speaks: who may come back with the token. */
  speaker: string
  readonly outputRate: number
  readonly facts: Omit<OpenedSession, 'resumed' | 'resumeToken'>
  /** Others may join. */
  stands: boolean
}

export function createSessionDesk(parts: SessionDeskParts): SessionDesk {
  const { clock, config, ids, log, store } = parts
  const open = new Map<SessionId, OpenSession>()
  const places = createTenantPlaces(parts.policies)
  let draining = false

  function taps(
    id: SessionId,
    tenant: string,
    from: Pick<EventLogTapOptions, 'fromSeq' | 'fromMs' | 'roundTripMs'>,
  ): Tap[] {
    const missed = (type: string, ms: number) => {
      const targetMs = targetOf(config, type)
      if (config.performanceWarnings && targetMs !== undefined && ms > targetMs) {
        log.warn({ session: id, type, ms: Math.round(ms), targetMs }, 'latency target missed')
      }
    }
    const eventLog = createEventLogTap({
      ...{ store, clock, session: id, epochMs: parts.epochMs },
      ...from,
    })
    return [parts.metrics.sessionTap(tenant, missed), eventLog]
  }

  function forget(id: SessionId, reason: CloseReason): void {
    open.delete(id)
    // Another process goes on with it: it is not over.
    if (reason === 'handed-over') return
    const ended = { id, reason, endedAtMs: parts.epochMs() }
    void store
      .endSession(ended)
      .catch((error: unknown) => log.error({ err: error, session: id }, 'session end not stored'))
  }

  async function openVoice({ hello, ...leg }: VoiceOpenRequest): Promise<OpenedSession> {
    const language = hello.language ?? config.language
    return beginWith({ principal: leg.principal, name: hello.agent, language }, agent => {
      const opens = agent.greeting.say.length > 0
      return { edge: 'voice-ws', ...leg, opens, maxMs: config.maxSessionMs }
    })
  }

  async function openRealtime({ model, language: said, ...leg }: RealtimeOpening): Promise<OpenedSession> {
    const language = said ?? config.language
    const maxMs = Math.min(config.maxSessionMs, config.realtimeSessionMs)
    const wanted = { principal: leg.principal, name: model, language, lenient: true } as const
    return beginWith(wanted, () => ({ edge: 'realtime', ...leg, opens: false, maxMs }))
  }

  /** An agent of the console is held until the session is over. */
  async function beginWith(
    wanted: WantedConversation,
    beginningOf: (agent: Agent) => Omit<Beginning, 'agent' | 'language'>,
  ): Promise<OpenedSession> {
    const { stored } = parts
    const chosen = stored === undefined ? chooseOwn(wanted) : await stored.choose(wanted)
    return heldBy(chosen, ({ agent, assembled, leaving }) => {
      const language = speaks(agent, wanted.language) ? wanted.language : agent.language
      return begin({ ...beginningOf(agent), agent, language, assembled, taps: [leaving] })
    })
  }

  async function openCall(opening: CallOpening): Promise<OpenedCall> {
    const { stored } = parts
    const { principal, agent: own } = opening
    const chosen = stored === undefined ? undefined : await stored.chooseForCall(principal.tenant, own)
    if (chosen === undefined) return begin({ ...opening, edge: 'phone' })
    return heldBy(chosen, ({ agent, assembled, leaving }) =>
      begin({ ...opening, edge: 'phone', agent, assembled, taps: [...opening.taps, leaving] }),
    )
  }

  function chooseOwn({ name, language, lenient }: WantedConversation): ChosenAgent {
    const { agents, choose } = parts.agents
    const known = lenient === undefined || agents.some(({ agent }) => agent === name)
    return { agent: choose(known ? name : undefined, language), release() {} }
  }

  async function begin(beginning: Beginning): Promise<OpenedCall> {
    if (draining) throw new ParleyError('draining')
    // What goes on from elsewhere was let in there.
    const { goesOnFrom, principal } = beginning
    const giveBack = goesOnFrom === undefined ? await places.take(principal.tenant) : () => {}
    try {
      return await beginIn(beginning, giveBack)
    } catch (error) {
      giveBack()
      throw error
    }
  }

  async function beginIn(beginning: Beginning, giveBack: () => void): Promise<OpenedCall> {
    const { agent, language, principal, transport, signal, edge, opens, maxMs } = beginning
    const { goesOnFrom, wrap = same } = beginning
    const { engine, ...assembled } =
      beginning.assembled ?? parts.assembly.of(agent, edge === 'phone' ? 'phone' : undefined)
    const recogniser = assembled.recogniser(language)
    parts.assembly.stir()
    const id = goesOnFrom?.session ?? (ids.next('ses') as SessionId)
    const { tenant } = principal
    const { nextSeq } = await store.beginSession({
      id,
      tenant,
      agent: agent.agent,
      language,
      edge,
      startedAtMs: parts.epochMs(),
      providers: providersOf(agent, config),
    })
    const roundTripMs = () => {
      if (beginning.roundTripMs !== undefined) return beginning.roundTripMs()
      return open.get(id)?.session.roundTripMs ?? transport.roundTripMs ?? transport.pathMs
    }
    const recorded =
      edge === 'phone'
        ? undefined
        : await parts.recordings?.begin({
            ...{ tenant, id, agent, language },
            subject: principal.subject,
            goesOn: goesOnFrom !== undefined,
            roundTripMs,
          })
    // The store may have taken its time: what drained or hung up meanwhile is not begun.
    if (draining || signal.aborted) {
      recorded?.abandon()
      if (goesOnFrom === undefined) forget(id, draining ? 'draining' : 'client')
      throw new ParleyError(draining ? 'draining' : 'timeout')
    }
    const company = createCompany({
      clock,
      ...{ ticker: parts.ticker, ids, resampling: parts.resampling },
      outputRate: transport.outputRate,
      mostDevices: config.maxSessionDevices,
      ...(goesOnFrom === undefined ? {} : { before: goesOnFrom.history }),
      tookOver: subject => {
        const token = drawToken()
        const found = open.get(id)
        if (found !== undefined) Object.assign(found, { token, speaker: subject })
        return token
      },
    })
    const { line } = beginning
    const name = edge === 'phone' ? 'Phone' : undefined
    const seat = company.begin({ subject: principal.subject, ...defined({ line, name }) })
    const policy = policyOf(agent.turns, assembled.hearsAtOnce(language))
    const detector = parts.voiceActivity.open(LISTEN_RATE)
    const recording = parts.recorder.log(id)
    const seen = { session: id, tenant, subject: principal.subject, agent: agent.agent, edge, language }
    const session = new Session({
      id,
      language,
      engine: recorded === undefined ? wrap(engine) : recorded.wrap(wrap(engine)),
      ear: createVoiceEar(gateVoice(detector)),
      listenRate: LISTEN_RATE,
      outputRate: transport.outputRate,
      resampling: parts.resampling,
      policy,
      turnTaking: held => turnTaking(held, language),
      ...(recording === undefined ? {} : { log: recording }),
      limits: { idleMs: config.idleTimeoutMs, maxMs, resumeMs: config.resumeWindowMs },
      opens: opens && goesOnFrom === undefined,
      journal: store,
      ...(goesOnFrom === undefined ? {} : { goesOnFrom }),
      ...(beginning.snapshots === undefined ? {} : { snapshots: beginning.snapshots }),
      taps: [
        ...taps(id, tenant, { fromSeq: nextSeq, fromMs: goesOnFrom?.atMs ?? 0, roundTripMs }),
        ...(parts.prosody === undefined ? [] : [parts.prosody.tapOf(id, tenant)]),
        ...(parts.live === undefined
          ? []
          : [
              parts.live.tapOf(seen, {
                end: reason => void session.end(reason),
                devices: () => company.devices.length,
              }),
            ]),
        ...(beginning.taps ?? []),
        company.tap,
        ...(recorded === undefined ? [] : [recorded.tap]),
        {
          name: 'desk',
          event(event) {
            if (event.kind !== 'session-ended') return
            detector.close()
            giveBack()
            // The same conversation may have been gone on with in another session.
            if (open.get(id)?.session === session) forget(id, event.reason)
          },
        },
      ],
      clock,
      ticker: parts.ticker,
      ids,
    })
    company.around(session)
    const facts = {
      session: id,
      agent: agent.agent,
      language,
      recogniser,
      voice: assembled.voice(language),
    }
    const { leave } = beginning
    const { outputRate } = transport
    const opened = {
      session,
      company,
      leave,
      principal,
      token: drawToken(),
      speaker: principal.subject,
      outputRate,
      facts,
      stands: false,
    }
    open.set(id, opened)
    const hangUp = () => void session.end('client')
    signal.addEventListener('abort', hangUp, { once: true })
    beginning.begins?.(id)
    await session.start(transport).finally(() => signal.removeEventListener('abort', hangUp))
    opened.stands = true
    parts.metrics.sessionsByEdge.inc({ edge })
    log.info({ session: id, tenant, agent: agent.agent, language, edge }, 'session opened')
    return { ...facts, ...seated(opened, line && seat), resumed: false, held: session }
  }

  async function resume({
    token,
    principal,
    transport,
    line,
    begins,
  }: VoiceResumeRequest): Promise<OpenedSession> {
    const found = [...open.values()].find(other => sameSecret(other.token, token))
    const { tenant, subject } = principal
    if (found === undefined || found.principal.tenant !== tenant || found.speaker !== subject) {
      throw new ParleyError('resume_failed')
    }
    if (transport.outputRate !== found.outputRate) {
      const message = `This session speaks at ${found.outputRate} Hz; resume with the same output format.`
      throw new ParleyError('resume_failed', message)
    }
    begins?.(found.facts.session as SessionId)
    const { session, company, facts } = found
    const seat = company.back(line, subject)
    session.attach(transport)
    log.info({ session: session.id, tenant }, 'session resumed')
    return { ...facts, ...seated(found, line && seat), resumed: true, receivedMs: session.receivedMs }
  }

  /** What stands here and the principal may be this in. */
  function visible(id: string, role: DeviceRole, principal: VoicePrincipal): OpenSession | undefined {
    const found = open.get(id as SessionId)
    return found?.stands && mayBe(role, principal, found.principal) ? found : undefined
  }

  async function join({ join: { session: id, as }, principal }: VoiceJoinRequest): Promise<JoinPlace> {
    const found = visible(id, 'listener', principal)
    if (found === undefined) throw refused(noSuchSession())
    if (!mayBe(as, principal, found.principal)) {
      throw refused(
        new ParleyError('forbidden', 'This token may listen in here, not more; join as `listener`.'),
      )
    }
    const { session, company, outputRate, facts } = found
    return {
      outputRate,
      async sit({ line, begins }) {
        const { subject } = principal
        const mayTakeOver = mayBe('speaker', principal, found.principal)
        begins?.(session.id)
        try {
          const { seat, token: resumeToken = '' } = company.join({ line, subject, as, mayTakeOver })
          log.info({ session: session.id, tenant: principal.tenant, subject, as }, 'device joined')
          const receivedMs = as === 'speaker' ? session.receivedMs : undefined
          return { ...facts, resumeToken, resumed: false, seat, ...defined({ receivedMs }) }
        } catch (thrown) {
          throw refused(ParleyError.from(thrown))
        }
      },
    }
  }

  function refused(error: ParleyError): ParleyError {
    parts.metrics.joinsRefused.inc({ code: error.code })
    return error
  }

  async function end(id: string, principal: VoicePrincipal): Promise<void> {
    const found = visible(id, 'controller', principal)
    if (found === undefined) throw noSuchSession()
    log.info({ session: id, tenant: principal.tenant, subject: principal.subject }, 'session ended by order')
    await found.session.end('hang-up')
  }

  async function drain(signal: AbortSignal): Promise<void> {
    draining = true
    for (const { session, leave } of open.values()) leave?.(session)
    await new Promise<void>(resolve => {
      const stop = parts.ticker.add(() => {
        for (const { session } of open.values()) {
          if (session.floor === 'open' || signal.aborted) void session.end('draining')
        }
        if (open.size > 0) return
        stop()
        resolve()
      })
    })
    await Promise.all([store.flush(), parts.recorder.flush()])
  }

  parts.metrics.countDevices(() => {
    const roles = { listener: 0, controller: 0, speaker: 0 }
    for (const { company } of open.values()) for (const { role } of company.devices) roles[role] += 1
    return roles
  })

  return {
    get active() {
      return open.size
    },
    subjectOf: session => open.get(session as SessionId)?.principal.subject,
    open: openVoice,
    openRealtime,
    openCall,
    endHandedOver(id) {
      if (!open.has(id)) forget(id, 'hang-up')
    },
    resume,
    join,
    end,
    devicesOf: (id, principal) => visible(id, 'listener', principal)?.company.devices,
    drain,
  }
}

const drawToken = () => randomBytes(24).toString('base64url')

/** Another device may have taken over before this one was told that it stands. */
function seated({ token }: OpenSession, seat: Seat | undefined) {
  return { resumeToken: seat === undefined || seat.role === 'speaker' ? token : '', ...defined({ seat }) }
}

const same = (engine: Engine): Engine => engine

/** Where no words come while somebody speaks, none are waited for. */
function policyOf(turns: TurnPolicy, heard: boolean): TurnPolicy {
  return heard ? turns : { ...turns, judge: { ...turns.judge, wordsMs: 0 } }
}

function targetOf(config: Config, type: string): number | undefined {
  if (type === 'first_token') return config.targetFirstTokenMs
  if (type === 'partial_asr') return config.targetPartialMs
  return type === 'barge_in' ? config.targetBargeInMs : undefined
}

function sameSecret(known: string, given: string): boolean {
  const [a, b] = [Buffer.from(known), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
