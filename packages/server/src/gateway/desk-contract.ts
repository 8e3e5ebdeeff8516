/** What a session desk is made of and promises; which sessions it holds, and what they begin with. */

import type { Resampling, VoiceActivity } from '@parley/audio'
import type { Clock, Engine, Ids, Session, SessionId, SessionSnapshot, Tap, Ticker } from '@parley/core'
import type { Agent } from '@parley/engines'
import type { Store, TenantPolicies } from '@parley/platform'
import type {
  Company,
  Device,
  JoinPlace,
  OpenedSession,
  ProsodySides,
  VoiceHost,
  VoiceJoinRequest,
  VoiceOpenRequest,
  VoicePrincipal,
} from '@parley/transports'
import type { StoredAgents } from '../agents/stored-agents.js'
import type { Config } from '../config/settings.js'
import type { LiveBoard } from '../live/live-board.js'
import type { Log } from '../log/log.js'
import type { Metrics } from '../metrics/metrics.js'
import type { SessionRecordings } from '../recording/session-recordings.js'
import type { SessionRecorder } from '../replay/session-recorder.js'
import type { AgentCatalogue } from './agent-catalogue.js'
import type { AssembledAgent } from './assemble-agent.js'
import type { Assembly } from './assemble-gateway.js'
import type { MovedSessions } from './moved-sessions.js'

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
  /** Where conversations go whose speaker can come back to another node; without it they end when this one leaves. */
  readonly moved?: MovedSessions
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
  /**
   * Ends all sessions, or puts them away for another node: each once nobody speaks or is to be answered, the rest when the
   * signal aborts.
   */
  drain(signal: AbortSignal): Promise<void>
}

/** What any session begins with. */
export interface Beginning
  extends Omit<CallOpening, 'taps'>,
    Partial<Pick<CallOpening, 'taps'>>,
    Pick<VoiceOpenRequest, 'begins' | 'line'> {
  readonly edge: NonNullable<VoiceOpenRequest['edge']>
  /** What whoever talks said of being recorded before it began. */
  readonly consent?: boolean | undefined
  /** Whose device speaks, where that is not who began it. */
  readonly speaker?: string
  /** Of an agent that came while the gateway ran. */
  readonly assembled?: AssembledAgent | undefined
}

/** A session of this process that is not over. */
export interface OpenSession {
  readonly session: Session
  readonly edge: Beginning['edge']
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
