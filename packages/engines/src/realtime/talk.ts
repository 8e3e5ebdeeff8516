/** What the parts of one call's engine share. */

import type { EngineCall, ToolCall, ToolDefinition, ToolResult, TurnId } from '@parley/core'
import type { Commitment } from '../cascade/commitments.js'
import type { Listening } from '../cascade/listening.js'
import type { LookingUp } from '../cascade/looking-up.js'
import type { TextJoin } from '../failover/join-text.js'
import type { SpeakingPace } from '../failover/speaking-pace.js'
import type { Tool } from '../tools/tool.js'
import type { Uplink } from './far-ears.js'
import type { FarLines } from './far-lines.js'
import type { OwedTurns } from './owed-turns.js'
import type { RealtimeEngineOptions } from './realtime-options.js'
import type { ReplyBook, ReplyRecord } from './reply-record.js'

export interface Talk {
  readonly call: EngineCall
  readonly options: RealtimeEngineOptions
  readonly lines: FarLines
  readonly uplink: Uplink
  readonly book: ReplyBook
  readonly owed: OwedTurns
  /** Hz, of the model's sound. */
  readonly rate: number
  /** How fast the model speaks. */
  readonly pace: SpeakingPace
  readonly listening: Listening | undefined
  readonly lookingUp: LookingUp | undefined
  /** What tools that act did for a turn, whatever became of the answer. */
  readonly acts: ActsOfTurns
  readonly trouble: string
  readonly silentMs: number
  readonly reachMs: number
  tools(): readonly Tool[]
  /** Of the agent's tools and the reasoner's. */
  definitions(): readonly ToolDefinition[]
  nextAsk(): string
  /** How many holding phrases were said. */
  nextHolding(): number
  /** Once for the call: the model did not say what it was given to say. */
  warnOfDrift(text: string, said: string): void
}

export interface Exchange {
  readonly call: ToolCall
  readonly result: ToolResult
}

export interface ActsOfTurns {
  of(turn: TurnId): readonly Exchange[]
  add(turn: TurnId, exchange: Exchange): void
}

/** Turns whose acts are remembered: older ones are in the history. */
const MAX_TURNS = 20

export function createActs(): ActsOfTurns {
  const acts = new Map<TurnId, Exchange[]>()
  return {
    of: turn => acts.get(turn) ?? [],
    add(turn, exchange) {
      acts.set(turn, [...(acts.get(turn) ?? []), exchange])
      const [oldest] = acts.keys()
      if (acts.size > MAX_TURNS && oldest !== undefined) acts.delete(oldest)
    },
  }
}

/** One answer while it is made, over all its tries. */
export interface Making {
  readonly record: ReplyRecord
  readonly commitment: Commitment
  /** Words the session drew, and how long the sound of them is, ms. */
  said: string
  saidMs: number
  /** Takes out of the next words what was told before the answer broke off. */
  join: TextJoin | undefined
  /** What tools gave in this answer. */
  readonly exchanges: Exchange[]
  readonly cost: { inputTokens: number; outputTokens: number }
  isDecided: boolean
  readonly marked: Set<string>
}

export function newMaking(record: ReplyRecord, commitment: Commitment): Making {
  return {
    ...{ record, commitment, said: '', saidMs: 0, join: undefined, exchanges: [], isDecided: false },
    cost: { inputTokens: 0, outputTokens: 0 },
    marked: new Set(),
  }
}
