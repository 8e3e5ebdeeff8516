/**
 * The leg of a session over a voice socket: the session's orders and events become messages, and its inbox is where
 * the socket's messages go. It knows nothing of handshakes; whoever owns the socket opens and shuts it.
 *
 * Invariant: no call throws, and `Inbox.closed` is told at most once and never from within a call of the session.
 */
import { type AudioFrame, frameMs } from '@parley/audio'
import type { CloseReason, Inbox, ParleyError, ReplyId, SessionEvent, Transport } from '@parley/core'
import type { ServerMessage } from '@parley/protocol'
import type { AudioOut, SendAudio } from './audio-out.js'
import type { Outbox } from './outbox.js'
import { PlayedReports } from './played-reports.js'
import { isTold, serverMessageOf } from './server-message.js'

export interface VoiceSocketTransportOptions {
  readonly outbox: Outbox
  readonly audio: AudioOut
  /** Rate of the frames to play, Hz, as the far end asked. */
  readonly outputRate: number
  readonly reportsPlayed: boolean
  readonly aheadMs: number
  /** Time from the wire to the ear that is not the wire's, ms. */
  readonly jitterMs: number
  /** Measured round trip, ms. */
  rttMs(): number
  now(): number
  /** The session closes the leg. */
  onClose(reason: CloseReason): void
  /** A frame could not be sent; a fault of ours. */
  onFault(error: unknown): void
}

/** Two neighbouring frames may be this far off by rounding. */
const SAME_PLACE_MS = 0.5

export class VoiceSocketTransport implements Transport {
  readonly aheadMs: number
  readonly reportsPlayed: boolean
  readonly rewinds = false
  readonly outputRate: number
  readonly #options: VoiceSocketTransportOptions
  readonly #outbox: Outbox
  readonly #audio: AudioOut
  readonly #sendAudio: SendAudio
  readonly #reports = new PlayedReports()
  #inbox: Inbox | undefined
  #open = true
  /** The reply of the last `audio-begin`, and the place in it where its next sample belongs. */
  #reply: ReplyId | undefined
  /** The same, and after its stretch has ended, while no other has begun. */
  #last: ReplyId | undefined
  #placeMs = 0
  #beganAtMs: number | undefined

  constructor(options: VoiceSocketTransportOptions) {
    this.#options = options
    this.#outbox = options.outbox
    this.aheadMs = options.aheadMs
    this.reportsPlayed = options.reportsPlayed
    this.outputRate = options.outputRate
    this.#audio = options.audio
    this.#sendAudio = (bytes, durationMs) => {
      if (this.#reply !== undefined) this.#outbox.audio(bytes, durationMs, this.#reply)
    }
  }

  /** Half a round trip, the far end's own buffers, and what this side could not yet send. */
  get pathMs(): number {
    const { rttMs, jitterMs } = this.#options
    return rttMs() / 2 + jitterMs + this.#outbox.unsentMs
  }

  get roundTripMs(): number {
    return this.pathMs + this.#options.rttMs() / 2
  }

  /** Where the far end's messages go; undefined before the session opened the leg. */
  get inbox(): Inbox | undefined {
    return this.#inbox
  }

  open(inbox: Inbox): void {
    this.#inbox = inbox
  }

  play(frame: AudioFrame, reply: ReplyId): void {
    if (!this.#open) return
    try {
      if (reply !== this.#reply || Math.abs(frame.atMs - this.#placeMs) > SAME_PLACE_MS) {
        this.#begin(reply, frame.atMs)
      }
      this.#placeMs = frame.atMs + frameMs(frame)
      this.#reports.sent(reply, this.#placeMs)
      this.#audio.write(frame, this.#sendAudio)
    } catch (thrown) {
      this.#options.onFault(thrown)
    }
  }

  clear(reply: ReplyId): void {
    if (!this.#open) return
    if (this.#last === reply) this.#audio.drop()
    if (this.#reply === reply) this.#reply = undefined
    this.#outbox.drop(reply)
    this.#outbox.control({ type: 'clear', reply })
  }

  duck(on: boolean): void {
    if (this.#open) this.#outbox.control({ type: 'duck', on })
  }

  send(event: SessionEvent): void {
    if (!this.#open || !isTold(event)) return
    this.#beganAtMs = this.#options.now() - event.atMs
    const message = serverMessageOf(event)
    if (event.kind === 'reply-sent') {
      if (this.#reply === event.reply) this.#endStretch()
      this.#outbox.inOrder(message, event.reply)
      return
    }
    if (event.kind === 'reply-ended') this.#reports.forget(event.reply)
    this.#outbox.control(message)
  }

  close(reason: CloseReason): void {
    if (reason === 'taken-over') {
      // The device goes on, beside the leg.
      this.#inbox = undefined
      return
    }
    if (this.#open) this.#options.onClose(reason)
  }

  /** The far end reports what it played. */
  played(reply: string, ms: number): void {
    const accepted = this.#reports.accept(reply, ms)
    if (accepted !== undefined) this.#inbox?.played(reply as ReplyId, accepted)
  }

  /** Tells the far end of a fault that does not end the session. */
  warn({ code, message }: ParleyError): void {
    const atMs = this.#beganAtMs === undefined ? 0 : this.#options.now() - this.#beganAtMs
    this.#outbox.control({ type: 'warning', atMs, code, message })
  }

  /** Nothing leaves or enters any more; `last` is the last message. */
  shut(last?: ServerMessage): void {
    if (!this.#open) return
    this.#open = false
    this.#outbox.finish(last)
    this.#audio.close()
  }

  #begin(reply: ReplyId, fromMs: number): void {
    if (this.#reply !== undefined) this.#endStretch()
    this.#reply = reply
    this.#last = reply
    this.#outbox.inOrder({ type: 'audio-begin', reply, fromMs }, reply)
  }

  #endStretch(): void {
    this.#audio.end(this.#sendAudio)
    this.#reply = undefined
  }
}
