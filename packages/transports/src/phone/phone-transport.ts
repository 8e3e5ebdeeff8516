/**
 * The leg of a session over a phone carrier's media stream. The far end buffers what it gets and cannot lower it, so
 * it rewinds: silence is a `clear`, and what was not heard is sent again. What was played is known by marks.
 *
 * Invariant: no call throws, and none of them calls the inbox.
 */
import { type AudioFrame, dtmfTone, frameMs } from '@parley/audio'
import type { Cancel, Clock, CloseReason, Inbox, ReplyId, SessionEvent, Transport } from '@parley/core'
import type { PhoneStartFacts } from '@parley/protocol'
import { createKeyLine, type KeyLine } from './key-line.js'
import { createMarkLine, type MarkLine } from './mark-line.js'
import type { PhoneCodec } from './phone-codec.js'
import type { PhoneLimits } from './phone-limits.js'
import type { PhoneSocket } from './phone-socket.js'
import { createPhoneSpeech, type PhoneSpeech } from './phone-speech.js'

export interface PhoneTransportOptions {
  readonly socket: Pick<PhoneSocket, 'send' | 'bufferedAmount'>
  readonly facts: Pick<PhoneStartFacts, 'dialect' | 'streamSid'>
  readonly codec: Pick<PhoneCodec, 'rate' | 'bytesPerSecond' | 'encode'>
  readonly clock: Clock
  readonly limits: Pick<
    PhoneLimits,
    'aheadMs' | 'markEveryMs' | 'frameMs' | 'initialRttMs' | 'maxUnsentBytes'
  >
  /** The session closes the leg. */
  onClose(reason: CloseReason): void
  /** The far end does not read; called once, never from within a call of the session. */
  onStall(): void
}

/** Two neighbouring frames may be this far off by rounding. */
const SAME_PLACE_MS = 0.5

export class PhoneTransport implements Transport {
  readonly aheadMs: number
  readonly reportsPlayed = true
  readonly rewinds = true
  readonly outputRate: number
  readonly #options: PhoneTransportOptions
  readonly #marks: MarkLine
  readonly #speech: PhoneSpeech
  readonly #keys: KeyLine
  readonly #maxUnsentBytes: number
  #inbox: Inbox | undefined
  #open = true
  #stalled: Cancel | undefined
  #stopFlush: Cancel | undefined
  /** The reply of the stretch under way, and the place in it where its next sample belongs. */
  #reply: ReplyId | undefined
  #placeMs = 0
  /** The reply of which more may come. */
  #speaking: ReplyId | undefined
  /** Sound since the last mark. */
  #unmarkedMs = 0

  constructor(options: PhoneTransportOptions) {
    const { clock, limits, facts, codec } = options
    this.#options = options
    this.aheadMs = limits.aheadMs
    this.outputRate = codec.rate
    this.#maxUnsentBytes = (limits.maxUnsentBytes * codec.bytesPerSecond) / 8_000
    this.#speech = createPhoneSpeech(facts.dialect, facts.streamSid)
    this.#marks = createMarkLine({ now: () => clock.now(), ...limits })
    this.#keys = createKeyLine({
      clock,
      quietInMs: () => (this.#speaking === undefined ? this.#marks.queuedMs : undefined),
      press: key => this.#press(key),
    })
  }

  /**
   * Half of the longest round trip that is to be expected (as RFC 6298 times out: the mean and four times its
   * deviation), and the carrier's frame that is under way. What lies behind the carrier's buffer, its network to the
   * handset, cannot be seen from here and is not in it.
   */
  get pathMs(): number {
    return this.#marks.rttMs / 2 + 2 * this.#marks.shakeMs + this.#options.limits.frameMs
  }

  /** Smoothed round trip between here and the carrier's buffer, ms; undefined before the first mark is back. */
  get rttMs(): number | undefined {
    return this.#marks.measured ? this.#marks.rttMs : undefined
  }

  /** Where the far end's messages go; undefined before the session opened the leg. */
  get inbox(): Inbox | undefined {
    return this.#inbox
  }

  open(inbox: Inbox): void {
    this.#inbox = inbox
  }

  play(frame: AudioFrame, reply: ReplyId): void {
    if (!this.#isFlowing()) return
    if (reply !== this.#reply || Math.abs(frame.atMs - this.#placeMs) > SAME_PLACE_MS) {
      this.#begin(reply, frame.atMs)
    }
    const durationMs = frameMs(frame)
    this.#speaking = reply
    this.#sendSound(frame.samples)
    this.#marks.sent(durationMs)
    this.#placeMs = frame.atMs + durationMs
    this.#unmarkedMs += durationMs
    if (this.#unmarkedMs >= this.#options.limits.markEveryMs) this.#flush()
    else this.#stopFlush ??= this.#options.clock.after(this.#options.limits.markEveryMs, () => this.#flush())
  }

  /** The carrier knows no replies: everything in its buffer goes. */
  clear(_: ReplyId): void {
    if (!this.#isFlowing()) return
    this.#noFlush()
    this.#reply = undefined
    const behind = this.#marks.clear()
    this.#options.socket.send(this.#speech.clear())
    this.#sendMark(behind)
  }

  /** A carrier cannot lower what it has. */
  duck(_: boolean): void {}

  /** Nobody at the far end reads events; the end of a reply's sound is marked at once. */
  send(event: SessionEvent): void {
    if (event.kind !== 'reply-sent' && event.kind !== 'reply-ended') return
    if (event.kind === 'reply-sent' && event.reply === this.#reply) this.#flush()
    if (event.reply !== this.#speaking) return
    this.#speaking = undefined
    this.#keys.stirred()
  }

  /**
   * Keys into the call: as messages where the carrier takes them, else as tones. One goes out once nothing is being said,
   * and not before the one before it is over, so that a reply that begins meanwhile is at most one tone late.
   */
  sendDigits(digits: string): boolean {
    return this.#open && this.#keys.send(digits)
  }

  close(reason: CloseReason): void {
    if (this.#open) this.#options.onClose(reason)
  }

  /** A mark came back. */
  echoed(name: string): void {
    const played = this.#marks.echoed(name)
    if (played !== undefined) this.#inbox?.played(played.reply, played.ms)
  }

  /** Nothing leaves any more. */
  shut(): void {
    this.#open = false
    this.#keys.close()
    this.#noFlush()
    this.#stalled?.()
  }

  #isFlowing(): boolean {
    if (!this.#open || this.#stalled !== undefined) return false
    const { socket, clock, onStall } = this.#options
    if (socket.bufferedAmount <= this.#maxUnsentBytes) return true
    // The session is in the middle of playing: it is told once that is done.
    this.#stalled = clock.after(0, onStall)
    return false
  }

  #begin(reply: ReplyId, ms: number): void {
    this.#flush()
    this.#reply = reply
    this.#placeMs = ms
    this.#sendMark(this.#marks.begin(reply, ms))
  }

  #flush(): void {
    const reply = this.#unmarkedMs > 0 ? this.#reply : undefined
    this.#noFlush()
    if (reply !== undefined && this.#open) this.#sendMark(this.#marks.mark(reply, this.#placeMs))
  }

  #noFlush(): void {
    this.#stopFlush?.()
    this.#stopFlush = undefined
    this.#unmarkedMs = 0
  }

  #press(key: string): void {
    if (!this.#isFlowing()) return
    const asMessage = this.#speech.key?.(key)
    if (asMessage !== undefined) return this.#options.socket.send(asMessage)
    const tone = dtmfTone({ key, rate: this.outputRate })
    this.#reply = undefined
    this.#sendSound(tone)
    this.#marks.other((tone.length * 1000) / this.outputRate)
  }

  #sendSound(samples: Int16Array): void {
    this.#options.socket.send(this.#speech.media(this.#options.codec.encode(samples)))
  }

  #sendMark(name: string): void {
    this.#options.socket.send(this.#speech.mark(name))
  }
}
