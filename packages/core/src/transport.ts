import type { AudioFrame } from '@parley/audio'
import type { ReplyId } from './ids.js'
import type { SessionEvent } from './session/events.js'
import type { Steering } from './session/steering.js'
import type { Heard } from './turn/history.js'

/** One leg to a far end. All calls are synchronous and never throw; a dead far end is told by `Inbox.closed`. */
export interface Transport {
  /** How far ahead of its time sound may be sent, in ms. */
  readonly aheadMs: number
  /** Time from our door to the ear, in ms: network, jitter buffer and sound card. May change as it is measured. */
  readonly pathMs: number
  /** Time from our door to the ear and from there back to our door, in ms; absent where only `pathMs` is known. */
  readonly roundTripMs?: number
  /** Whether the far end reports what it played (`Inbox.played`). */
  readonly reportsPlayed: boolean
  /**
   * Whether the far end buffers far ahead and cannot lower what it has (a phone): then ducking is `clear`, and what
   * was not heard is sent again from its first sample.
   */
  readonly rewinds: boolean
  /**
   * Whether the far end reports what it played of a reply once that was cut, and only then (an OpenAI Realtime client):
   * until then it is estimated.
   */
  readonly reportsCuts?: true
  /** Rate the far end wants, in Hz. */
  readonly outputRate: number
  open(inbox: Inbox): void
  /** The frame is only valid during the call. */
  play(frame: AudioFrame, reply: ReplyId): void
  /** Throws away what the far end has buffered of this reply. */
  clear(reply: ReplyId): void
  /** Lowers (or restores) what the far end still has buffered; edges that cannot, ignore it. */
  duck(on: boolean): void
  send(event: SessionEvent): void
  close(reason: CloseReason): void
}

export type CloseReason =
  /** The leg broke; the session waits for a resume. */
  | 'lost'
  /** Another process goes on with the conversation: it is not over. */
  | 'handed-over'
  | 'hang-up'
  | 'client'
  | 'idle'
  | 'expired'
  | 'replaced'
  /** Another device is the leg now; this one stays in the conversation, beside it. */
  | 'taken-over'
  | 'draining'
  | 'protocol'
  | 'error'

/** The only ways into a session from its far end. */
export interface Inbox {
  /** The frame is only valid during the call. Rate 8–48 kHz; gaps are the sender's silence. */
  audio(frame: AudioFrame): void
  /** The caller takes the floor by command; the answer is what they heard. */
  interrupt(): Heard | undefined
  /** The caller says their turn is over (push to talk). */
  commit(): void
  /** A typed turn, or the final text of the far end's own recogniser. */
  text(text: string): void
  /** A telephone key: `0`–`9`, `*`, `#`, `A`–`D`. */
  dtmf(digit: string): void
  /** The far end has played `ms` of this reply so far. */
  played(reply: ReplyId, ms: number): void
  closed(reason: CloseReason): void
  /** For a far end that holds the conversation itself. */
  readonly steering: Steering
}

/** The way in for a device that stands beside the leg: what can be said without a microphone. */
export type BesideInbox = Pick<Inbox, 'interrupt' | 'commit' | 'text' | 'dtmf'>
