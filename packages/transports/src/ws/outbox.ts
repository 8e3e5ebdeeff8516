/**
 * Everything that leaves a voice socket, in order and bounded.
 *
 * Shut until `open`, so that `ready` goes first. Sound is never dropped in the middle of a reply, for then `played`
 * would lie: while more than `highWaterBytes` are unsent it waits here, where a `clear` can still take it back, and
 * orders and events that do not depend on it overtake. A far end that does not drain is given up (`onStall`).
 */
import type { Cancel, Clock, ReplyId } from '@parley/core'
import type { ServerMessage } from '@parley/protocol'
import type { VoiceWire } from './voice-wire.js'

export interface OutboxOptions {
  readonly socket: Pick<VoiceWire, 'send' | 'bufferedAmount' | 'soundWaitingMs'>
  readonly clock: Clock
  readonly highWaterBytes: number
  readonly maxUnsentBytes: number
  readonly stallMs: number
  /** Once a second while sound waits; `waitingMs` is how much. */
  onBacklog(waitingMs: number): void
  /** Over a limit; called once, never from within a call to the outbox. */
  onStall(): void
}

interface Waiting {
  readonly data: string | Uint8Array
  readonly bytes: number
  /** Sound and what announces it; undefined for what stays whatever is cleared. */
  readonly reply: ReplyId | undefined
  readonly durationMs: number
}

const BACKLOG_TICK_MS = 1_000
const AUDIO_MESSAGE = { binary: true, compress: false } as const
const TEXT_MESSAGE = { binary: false, compress: false } as const

export class Outbox {
  readonly #options: OutboxOptions
  readonly #written: (error?: Error) => void
  #state: 'shut' | 'open' | 'stalled' | 'done' = 'shut'
  #queue: Waiting[] = []
  #queuedBytes = 0
  #queuedMs = 0
  /** Bytes and ms of sound sent so far: their ratio says how much sound the socket's own buffer holds. */
  #audioBytes = 0
  #audioMs = 0
  #stopWatch: Cancel | undefined

  constructor(options: OutboxOptions) {
    this.#options = options
    // Errors of a write are followed by the socket's own `close`, which is where they are acted upon.
    this.#written = () => this.#drain()
  }

  /** Sound that has not left this machine, in ms. */
  get unsentMs(): number {
    const { bufferedAmount, soundWaitingMs } = this.#options.socket
    if (soundWaitingMs !== undefined) return this.#queuedMs + soundWaitingMs
    if (bufferedAmount === 0 || this.#audioBytes === 0) return this.#queuedMs
    return this.#queuedMs + (bufferedAmount * this.#audioMs) / this.#audioBytes
  }

  /** Sends the first message and then what has waited for it. */
  open(first: ServerMessage): void {
    if (this.#state !== 'shut') return
    this.#state = 'open'
    this.#options.socket.send(JSON.stringify(first), TEXT_MESSAGE)
    this.#drain()
  }

  /** A message that may overtake sound. */
  control(message: ServerMessage): void {
    if (this.#isOver()) return
    if (this.#state === 'open') this.#options.socket.send(JSON.stringify(message), TEXT_MESSAGE)
    else this.#push(JSON.stringify(message), undefined, 0)
    this.#checkSize()
  }

  /** A message that must not overtake the sound before it. With `reply` it goes when the reply is cleared. */
  inOrder(message: ServerMessage, reply?: ReplyId): void {
    if (this.#queue.length === 0) return this.control(message)
    this.#push(JSON.stringify(message), reply, 0)
  }

  /**
   * A message that may be lost, behind the sound before it: it never makes sound wait. False where it was left out. With
   * `reply` it goes when the reply is cleared.
   */
  aside(message: ServerMessage, reply?: ReplyId): boolean {
    const { socket, highWaterBytes } = this.#options
    if (this.#isOver()) return false
    const half = highWaterBytes / 2
    if (this.#state === 'shut') {
      if (this.#queuedBytes > half) return false
      this.#push(JSON.stringify(message), reply, 0)
      return true
    }
    if (this.#queue.length > 0 || socket.bufferedAmount > half) return false
    socket.send(JSON.stringify(message), TEXT_MESSAGE)
    return true
  }

  /** `bytes` are kept until they are written. */
  audio(bytes: Uint8Array, durationMs: number, reply: ReplyId): void {
    if (this.#isOver()) return
    if (this.#state === 'shut' || this.#queue.length > 0 || this.#isHigh())
      this.#push(bytes, reply, durationMs)
    else this.#sendAudio(bytes, durationMs)
    this.#checkSize()
  }

  /** Takes back what has not been handed to the socket. */
  drop(reply: ReplyId): void {
    if (this.#queue.length === 0) return
    const kept = this.#queue.filter(item => item.reply !== reply)
    this.#queue = []
    this.#queuedBytes = 0
    this.#queuedMs = 0
    for (const item of kept) this.#push(item.data, item.reply, item.durationMs)
    if (kept.length === 0) this.#unwatch()
  }

  /** The last messages leave; sound that waits is dropped, and what comes later is ignored. */
  finish(last?: ServerMessage): void {
    if (this.#state === 'done') return
    const { socket } = this.#options
    if (this.#state === 'open') {
      for (const { data } of this.#queue) if (typeof data === 'string') socket.send(data, TEXT_MESSAGE)
    }
    if (last !== undefined) socket.send(JSON.stringify(last), TEXT_MESSAGE)
    this.#stop('done')
  }

  #stop(state: 'stalled' | 'done'): void {
    this.#state = state
    this.#queue = []
    this.#queuedBytes = 0
    this.#queuedMs = 0
    this.#unwatch()
  }

  #isOver(): boolean {
    return this.#state === 'stalled' || this.#state === 'done'
  }

  #isHigh(): boolean {
    return this.#options.socket.bufferedAmount > this.#options.highWaterBytes
  }

  #sendAudio(bytes: Uint8Array, durationMs: number): void {
    const { socket, highWaterBytes } = this.#options
    this.#audioBytes += bytes.byteLength
    this.#audioMs += durationMs
    // Only a socket that fills up can make sound wait, so only there a write must wake the queue.
    if (socket.bufferedAmount + bytes.byteLength > highWaterBytes / 2)
      socket.send(bytes, AUDIO_MESSAGE, this.#written)
    else socket.send(bytes, AUDIO_MESSAGE)
  }

  #push(data: string | Uint8Array, reply: ReplyId | undefined, durationMs: number): void {
    if (this.#isOver()) return
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength
    this.#queue.push({ data, bytes, reply, durationMs })
    this.#queuedBytes += bytes
    this.#queuedMs += durationMs
    if (this.#state === 'open') this.#watch()
  }

  #drain(): void {
    if (this.#state !== 'open') return
    let sent = 0
    for (const item of this.#queue) {
      if (this.#isHigh()) break
      sent += 1
      this.#queuedBytes -= item.bytes
      this.#queuedMs -= item.durationMs
      if (typeof item.data === 'string') this.#options.socket.send(item.data, TEXT_MESSAGE)
      else this.#sendAudio(item.data, item.durationMs)
    }
    this.#queue.splice(0, sent)
    if (this.#queue.length === 0) this.#unwatch()
    else this.#watch()
  }

  #checkSize(): void {
    const { socket, clock, maxUnsentBytes, onStall } = this.#options
    if (this.#isOver() || this.#queuedBytes + socket.bufferedAmount <= maxUnsentBytes) return
    this.#stop('stalled')
    // The session is in the middle of playing: it is told once that is done.
    this.#stopWatch = clock.after(0, onStall)
  }

  #watch(): void {
    if (this.#stopWatch !== undefined) return
    const { clock, stallMs, onBacklog, onStall } = this.#options
    const sinceMs = clock.now()
    const tick = () => {
      if (clock.now() - sinceMs >= stallMs) {
        this.#stop('stalled')
        return onStall()
      }
      this.#stopWatch = clock.after(BACKLOG_TICK_MS, tick)
      onBacklog(this.unsentMs)
    }
    this.#stopWatch = clock.after(BACKLOG_TICK_MS, tick)
  }

  #unwatch(): void {
    this.#stopWatch?.()
    this.#stopWatch = undefined
  }
}
