/**
 * An agent as the gateway runs it, whichever file it came from: a script that answers by itself, or instructions for a
 * vendor's model. What both have in common stands in `AgentBase`; only `parseAgent` makes one.
 */

import type { Expression, Json, TurnPolicy } from '@parley/core'
import type { Saying, Script } from '../scripted/script.js'
import type { ToolConfig } from '../tools/tool-config.js'
import type { RealtimeSessionPlan } from './realtime-session.js'
import type { ReasonerFile } from './reasoner-file.js'
import type { RecordingPlan } from './recording-plan.js'

export const agentSlots = ['stt', 'llm', 'tts', 'realtime', 'live'] as const

/** What an agent hears, thinks and speaks with; `realtime` and `live` do all three. */
export type AgentSlot = (typeof agentSlots)[number]

export interface AgentBase {
  /** Name of the agent. */
  readonly agent: string
  /** The file it came from, as it was given. */
  readonly file: string
  /** BCP 47. */
  readonly language: string
  readonly greeting: Saying
  /** The voice's own name for a speaker, for the first of `tts`, `realtime` or `live` alone: other vendors have other names. */
  readonly voice: string | undefined
  readonly expression: Expression
  /**
   * Each in the order in which they are tried; `stt` is empty where only typed turns are understood. An agent has `llm`
   * and `tts`, or `realtime`, or `live`; the others are empty.
   */
  readonly stt: readonly ProviderEntry[]
  readonly llm: readonly ProviderEntry[]
  readonly tts: readonly ProviderEntry[]
  readonly realtime: readonly ProviderEntry[]
  /** A model that owns turn-taking, too. */
  readonly live: readonly ProviderEntry[]
  readonly failover: FailoverPlan
  /** Said when the machinery fails and the voice still works; one in the language of the agent without. */
  readonly trouble: string | undefined
  /** How turns are taken, whole. */
  readonly turns: TurnPolicy
  /** What phone calls are like; read by the shape of the catalogue, undefined where the file says nothing of them. */
  readonly phone: unknown
  /** Undefined where the file says nothing of it. */
  readonly recording?: RecordingPlan | undefined
}

export interface ScriptedAgentFile extends AgentBase {
  readonly kind: 'scripted'
  readonly script: Script
}

export interface ModelAgentFile extends AgentBase {
  readonly kind: 'model'
  /** Who the agent is and how it is to speak. */
  readonly instructions: string
  readonly tools: readonly ToolConfig[]
  /** Who decides what the agent's own model should not. */
  readonly reasoner?: ReasonerFile
  /** Read by the shape of the catalogue; undefined where the file has none. */
  readonly context: unknown
  /** Of use where `realtime` has entries. */
  readonly realtimeSession: RealtimeSessionPlan
}

export type Agent = ScriptedAgentFile | ModelAgentFile

/** One provider of a slot's list. */
export interface ProviderEntry {
  /** As the registry names it. */
  readonly provider: string
  /** Checked against the provider's own shape, with the defaults of the configuration filled in. */
  readonly options: Readonly<Record<string, Json>>
  /** `file:line:column` of the entry, for messages. */
  readonly place: string
}

/** What stands around a list of providers. Durations in ms; what is absent stays as the wrappers have it. */
export interface FailoverPlan {
  /** A second provider is asked as well when the first has given nothing for this long. */
  readonly hedgeAfterMs?: number
  /** Largest share of requests for which that may be done, 0–1; 0 turns it off. */
  readonly hedgeShare?: number
  /** Longest wait for a model's first token; then the next provider is asked. */
  readonly firstTokenMs?: number
  /** Longest wait for a voice's first sound. */
  readonly firstSoundMs?: number
  /** Longest wait for a recogniser's final text after the end of speech. */
  readonly finalTextMs?: number
  /** Longest silence between two parts of an answer. */
  readonly idleMs?: number
}
