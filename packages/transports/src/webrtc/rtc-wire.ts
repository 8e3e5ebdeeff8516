/**
 * A WebRTC call as a pipe of the voice protocol: text on the data channel, sound on the track, both told as a socket
 * tells its messages. Sound is PCM16 here; the track codes it.
 *
 * Invariant: sound reaches nobody before the first text did, and `close` is told once.
 */
import { EventEmitter } from 'node:events'
import type { AudioFrame } from '@parley/audio'
import type { Clock } from '@parley/core'
import type { MessageSocket } from '../ws/message-socket.js'
import type { RtcPeer } from './rtc-peer.js'

export interface RtcWireOptions {
  readonly peer: RtcPeer
  /** Hz of the track. */
  readonly trackRate: number
  readonly clock: Clock
}

export interface RtcWire extends MessageSocket {
  /** Round trip, ms. */
  readonly rttMs: number
  /** The far end wrote. */
  text(content: string): void
  /** The far end spoke; the frame is only read during the call. */
  sound(frame: AudioFrame): void
  /** The call is over; `meant` where the far end said so. */
  ended(meant: boolean): void
}

/** Time for the last message to leave before the connection closes, ms. */
const FAREWELL_MS = 200
/** As of sockets: without a word, and meant. */
const LOST_CODE = 1006
const MEANT_CODE = 1000
/** As `readyState` of sockets counts. */
const OPEN = 1
const CLOSING = 2
const CLOSED = 3

export function createRtcWire({ peer, trackRate, clock }: RtcWireOptions): RtcWire {
  const events = new EventEmitter()
  let readyState = OPEN
  let hasText = false

  function write(text: string): void {
    if (peer.send(text) === 'too-large') peer.send(tooLarge(text.length))
  }

  function play(bytes: Uint8Array): void {
    if (bytes.length === 0) return peer.endStretch()
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2)
    peer.play({ samples, rate: trackRate, atMs: 0 })
  }

  return {
    get readyState() {
      return readyState
    },
    CLOSED,
    get bufferedAmount() {
      return peer.unsentBytes
    },
    get rttMs() {
      return peer.rttMs
    },
    get soundWaitingMs() {
      return peer.queuedMs
    },
    send(
      content: string | Uint8Array,
      _options?: { binary?: boolean; compress?: boolean },
      written?: (error?: Error) => void,
    ) {
      if (readyState === CLOSED) return
      if (typeof content === 'string') write(content)
      else play(content)
      if (written !== undefined) clock.after(0, () => written())
    },
    close() {
      if (readyState !== OPEN) return
      readyState = CLOSING
      clock.after(FAREWELL_MS, () => peer.close())
    },
    terminate: () => peer.close(),
    on: events.on.bind(events),
    text(content) {
      hasText = true
      events.emit('message', Buffer.from(content), false)
    },
    sound({ samples }) {
      if (!hasText) return
      events.emit('message', Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength), true)
    },
    ended(meant) {
      if (readyState === CLOSED) return
      readyState = CLOSED
      events.emit('close', meant ? MEANT_CODE : LOST_CODE)
    },
  }
}

function tooLarge(length: number): string {
  const message = `A message of ${length} characters is over what this data channel takes; it was left out.`
  return JSON.stringify({ type: 'error', code: 'too_large', message, fatal: false })
}
