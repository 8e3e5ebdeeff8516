/** A conversation to be played back, as the gateway answers it. Times are ms on the clock of the session. */

import type { TurnLedger } from '@parley/client'

export interface Reason {
  readonly kind: string
  readonly value?: number
  readonly text?: string
}

export interface Word {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  readonly heard: boolean
}

interface Spoken {
  readonly turn: string
  readonly startMs: number
  readonly endMs: number
  readonly times: 'logged' | 'estimated'
}

export interface CallerLine extends Spoken {
  readonly by: 'caller'
  readonly text: string
  readonly origin: 'speech' | 'text'
  readonly endpoint?: {
    readonly waitMs: number
    readonly complete: number
    readonly reasons: readonly Reason[]
  }
}

export interface AgentLine extends Spoken {
  readonly by: 'agent'
  readonly reply: string
  readonly words: readonly Word[]
  readonly heardMs: number
  readonly interrupted: boolean
  readonly heardSource: 'reported' | 'estimated'
  readonly ledger?: Ledger
}

export type Line = CallerLine | AgentLine

export type Ledger = TurnLedger['ledger']

export interface RecordingFacts {
  readonly state: 'ready' | 'making' | 'failed' | 'deleted' | 'refused' | 'none'
  /** Where its first sample stands on the clock of the session. */
  readonly startMs?: number
  readonly durationMs?: number
  /** By how much that may be off; absent where nobody knows. */
  readonly errorMs?: number
  readonly problem?: string
  /** The phone call that it is of, where it is not the session's own. */
  readonly call?: string
}

export interface Playback {
  readonly session: {
    /** Absent for who has a link only. */
    readonly id?: string
    readonly agent: string
    readonly language: string
    readonly edge: string
    readonly startedAtMs: number
    readonly endReason?: string
    readonly state: 'running' | 'ended' | 'unknown'
  }
  readonly durationMs: number
  readonly recording: RecordingFacts
  readonly log: 'whole' | 'cut' | 'none'
  readonly lines: readonly Line[]
  readonly floors: readonly { readonly atMs: number; readonly floor: string }[]
  readonly overlaps: readonly Judged[]
  readonly ducks: readonly { readonly reply: string; readonly startMs: number; readonly endMs: number }[]
  readonly tools: readonly {
    readonly atMs: number
    readonly reply: string
    readonly name: string
    readonly arguments?: string
  }[]
  readonly warnings: readonly { readonly atMs: number; readonly code: string; readonly message?: string }[]
  readonly legs: readonly { readonly atMs: number; readonly change: 'lost' | 'attached' }[]
  readonly keys: readonly { readonly atMs: number }[]
  readonly truncated: boolean
}

export interface Judged {
  readonly reply: string
  readonly startMs: number
  readonly atMs: number
  readonly ruling: 'hold' | 'claim' | 'pass'
  readonly reasons: readonly Reason[]
}

export function isAgent(line: Line): line is AgentLine {
  return line.by === 'agent'
}

export function textOf(line: Line): string {
  return line.by === 'caller' ? line.text : line.words.map(({ text }) => text).join(' ')
}

/** What of a line reached the ear; all of what the caller said did. */
export function heardText(line: Line): string {
  if (line.by === 'caller') return line.text
  return line.words.flatMap(({ text, heard }) => (heard ? [text] : [])).join(' ')
}
