/**
 * The session log: everything that enters a session, in order, with the time that the session saw. Replaying it
 * under the same code gives the same decisions and outputs, to the sample. Format 1; a change of meaning is format 2.
 */

import type { Cues } from '../ear/cues.js'
import type { ReplyPart } from '../engine.js'
import type { ErrorCode } from '../errors.js'
import type { Evidence } from '../floor/evidence.js'
import type { TurnPolicy } from '../floor/policy.js'
import type { ReplyId, SessionId, TurnId } from '../ids.js'
import type { SessionLimits } from '../session/session-parts.js'
import type { SessionSnapshot } from '../session/snapshot.js'
import type { Forgotten, GivenEntry, Steer } from '../session/steering.js'
import type { CloseReason } from '../transport.js'
import type { Wishes } from '../turn/wishes.js'

export const SESSION_LOG_FORMAT = 1

export interface LogHeader {
  readonly format: typeof SESSION_LOG_FORMAT
  readonly session: SessionId
  readonly language: string
  readonly listenRate: number
  readonly outputRate: number
  readonly policy: TurnPolicy
  readonly limits: SessionLimits
  readonly opens: boolean
  /** Whether somebody listens for voice. */
  readonly hears: boolean
  readonly keeps: LogKeeps
  /** Session clock when the session was made, ms. */
  readonly atMs: number
  /** Where the conversation of another process stood. */
  readonly goesOnFrom?: SessionSnapshot
}

/**
 * What a log keeps as it was. A session decides by nothing that its log does not keep: without the agent's sound, or
 * its words, it places words whose voice gives no times more coarsely than it could.
 */
export interface LogKeeps {
  readonly sound: boolean
  readonly words: boolean
}

export const keepsAll: LogKeeps = { sound: true, words: true }

/** Time of an entry, ms of the session clock; it stands still until the next. */
export type LogEntry = { readonly atMs: number } & LogInput

export type LogInput =
  /** The session was told to start. */
  | { readonly kind: 'start' }
  /** The engine stands, or failed to; `says` is whether it speaks what it is given. The first leg comes with it. */
  | { readonly kind: 'connected'; readonly failed: boolean; readonly says: boolean }
  | {
      readonly kind: 'attach'
      readonly aheadMs: number
      readonly pathMs: number
      readonly reportsPlayed: boolean
      readonly rewinds: boolean
      readonly reportsCuts?: true
    }
  /** The leg's way to the ear is found to have changed by the entry that follows. */
  | { readonly kind: 'path'; readonly pathMs: number }
  /**
   * The caller's sound as it came. `samples` is empty where sound is not kept: then `count` says how much it was.
   * `heard` is what the ear made of it.
   */
  | {
      readonly kind: 'audio'
      readonly rate: number
      readonly count: number
      readonly samples: Int16Array
      readonly heard: { readonly evidence: Evidence | undefined; readonly cues: Cues }
    }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'dtmf'; readonly digit: string }
  | { readonly kind: 'played'; readonly reply: ReplyId; readonly ms: number }
  /** The far end steers; what it asks beside the conversation changes nothing in it and is not written. */
  | { readonly kind: 'configure'; readonly steer: Steer }
  | { readonly kind: 'answer'; readonly wishes?: Wishes }
  | { readonly kind: 'call-off' }
  | { readonly kind: 'forget-sound' }
  | { readonly kind: 'remember'; readonly entry: GivenEntry; readonly behind?: TurnId | null }
  | { readonly kind: 'forget'; readonly what: Forgotten }
  | {
      readonly kind: 'amend'
      readonly reply: ReplyId
      readonly heard: { readonly ms: number; readonly text: string }
    }
  | { readonly kind: 'closed'; readonly reason: CloseReason }
  | { readonly kind: 'end'; readonly reason: CloseReason }
  /** From the engine. */
  | { readonly kind: 'evidence'; readonly evidence: Evidence }
  | ({ readonly kind: 'warn' } & LoggedError)
  /** A leg or an engine threw although it must not. */
  | ({ readonly kind: 'fault' } & LoggedError)
  /**
   * A part of the n-th stream of parts that the session asked of its engine (`reply` and `say`), from 0; its samples are
   * empty where sound is not kept, and `count` says how many there were.
   */
  | { readonly kind: 'part'; readonly stream: number; readonly part: ReplyPart; readonly count: number }
  | {
      readonly kind: 'parts-end'
      readonly stream: number
      readonly error: LoggedError | undefined
    }
  /** The n-th timer that the session set is due, from 0. */
  | { readonly kind: 'timer'; readonly timer: number }
  | { readonly kind: 'tick' }
  /** The journal took the oldest waiting event, or did not. */
  | { readonly kind: 'stored'; readonly error: LoggedError | undefined }
  /** What the session had put off until what was ready had come in: its end. */
  | { readonly kind: 'soon' }
  /** An id the session drew. */
  | { readonly kind: 'id'; readonly id: string }

export interface LoggedError {
  readonly code: ErrorCode
  readonly message: string
}

/** What a session did, in order: the outputs whose digest a replay must repeat. */
export type LogOutput =
  | { readonly kind: 'decision'; readonly name: string }
  | { readonly kind: 'event'; readonly event: unknown }
  | { readonly kind: 'play'; readonly reply: ReplyId; readonly atMs: number; readonly samples: Int16Array }
  | { readonly kind: 'clear'; readonly reply: ReplyId }
  | { readonly kind: 'duck'; readonly on: boolean }
  | { readonly kind: 'close'; readonly reason: CloseReason }

/** Where a session writes its log. Calls are synchronous and must not throw; samples are only valid in the call. */
export interface SessionLog {
  readonly keeps: LogKeeps
  begin(header: LogHeader): void
  input(entry: LogEntry): void
  output(output: LogOutput): void
  /** The session is over; nothing more comes. */
  end(): void
}
