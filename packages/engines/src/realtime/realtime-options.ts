/** What a realtime engine is made of, with the default of each choice. */

import type { Resampling } from '@parley/audio'
import type {
  Clock,
  EngineCall,
  Enricher,
  FarTurns,
  ParleyError,
  SpeechToSpeech,
  SpeechToText,
} from '@parley/core'
import type { BreakerOptions } from '../failover/breaker.js'
import type { IncidentAction } from '../failover/incident.js'
import type { Reasoner } from '../reasoner/reasoner.js'
import type { WithToolsOptions } from '../tools/run-step.js'
import type { Tool, Toolbox } from '../tools/tool.js'

export interface RealtimeEngineOptions {
  /** The first is preferred; the others take over in order. */
  readonly models: readonly SpeechToSpeech[]
  /** Who the agent is and how it is to speak. */
  readonly instructions?: string
  /** Said word for word when the agent speaks first. Without it the model says what its instructions ask for. */
  readonly greeting?: string
  /** Who ends the caller's turns. Default: the gateway. */
  readonly turns?: FarTurns
  /** A recogniser beside the model, for turn-taking, rules and facts; then the vendor's is not asked for. */
  readonly ears?: RealtimeEars
  /** Looks facts up for one conversation; it is closed with it. None without. */
  readonly enricher?: (call: EngineCall) => Enricher
  readonly tools?: readonly Tool[] | Toolbox
  /** As for a model of text. */
  readonly toolLimits?: Omit<WithToolsOptions, 'tools' | 'clock' | 'warn'>
  /** Decides what the model should not. */
  readonly reasoner?: Reasoner
  readonly reasoning?: RealtimeReasoning
  /** Longest wait for the vendor's text of a turn where rules need it, ms. Default 400. */
  readonly rulesWaitMs?: number
  /** Said when the model fails and can still be reached. Default: an apology in the language of the call. */
  readonly trouble?: string
  /** Needed where a session hears at another rate than the model. */
  readonly resampling?: Resampling
  readonly renewal?: RenewalOptions
  readonly retry?: RetryOptions
  /** Shared by all calls, so that a model that failed in one is not tried first in the next. Without it each call learns alone. */
  readonly clock?: Clock
  readonly onIncident?: (incident: RealtimeIncident) => void
}

export interface RealtimeReasoning {
  /** Whether the model may ask the reasoner by itself. Default true. */
  readonly tool?: boolean
  /** Asks only once the turn is over, so that no answer that is thrown away costs a question. Default false. */
  readonly waits?: boolean
}

export interface RealtimeEars {
  readonly stt: SpeechToText
  /** JSGF for recognisers that take a closed grammar. */
  readonly grammar?: string
  /** Longest wait for the final text of a turn, where it is waited for, ms. Default 1,500. */
  readonly timeoutMs?: number
}

export interface RenewalOptions {
  /** How long before the vendor ends a session a new one is looked for, ms. Default 300,000. */
  readonly beforeMs?: number
  /** How long before it no quiet moment is waited for any more, ms. Default 30,000. */
  readonly latestMs?: number
}

export interface RetryOptions {
  /** Wait before a model is tried again, ms, doubled each time. Default 500. */
  readonly firstMs?: number
  /** The longest such wait, ms. Default 8,000. */
  readonly mostMs?: number
  /** How long an answer waits for a model that can be reached, ms. Default 8,000. */
  readonly reachMs?: number
  /** Longest wait for the next piece of an answer, ms. Default 10,000. */
  readonly silentMs?: number
  readonly breaker?: Omit<BreakerOptions, 'clock'>
}

/** What went wrong with a model and what was done about it, for those who run the gateway. */
export interface RealtimeIncident {
  readonly slot: 'realtime'
  readonly provider: string
  readonly action: IncidentAction
  /** On the clock of the call. */
  readonly atMs: number
  /** Why; absent where nothing failed. */
  readonly error?: ParleyError
}
