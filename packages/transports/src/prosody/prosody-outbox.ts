/**
 * Everything that leaves a prosody socket, in order and bounded. A face shows the present: of frames that a slow client
 * does not take the oldest are dropped, and how many is told before the next that goes. Whatever else there is waits its
 * turn; a client that does not drain at all is given up (`onStall`).
 */
import type { Cancel, Clock } from '@parley/core'
import type { WebSocket } from 'ws'
import type { ProsodyLimits } from './prosody-limits.js'
import type { ProsodyMeter } from './prosody-meter.js'

export interface ProsodyOutboxOptions {
  readonly socket: Pick<WebSocket, 'send' | 'bufferedAmount'>
  readonly clock: Clock
  readonly limits: Pick<
    ProsodyLimits,
    'highWaterBytes' | 'keptFrames' | 'keptMs' | 'maxUnsentBytes' | 'stallMs'
  >
  readonly meter: Pick<ProsodyMeter, 'framesSent' | 'framesDropped'>
  /** Over a limit; called once, never from within a call to the outbox. */
  onStall(): void
  /** Nothing waits any more. */
  onDrained?(): void
}

export interface ProsodyOutbox {
  /** A message with so many frames, kept until it is written; it may be dropped. */
  frames(data: string | Uint8Array, count: number): void
  send(text: string): void
  /** Frames dropped so far. */
  readonly dropped: number
  /** Whether the client leaves something unread here. */
  readonly waiting: boolean
  /** What waits is forgotten, and what comes later is ignored. */
  close(): void
}

interface Waiting {
  readonly data: string | Uint8Array
  readonly bytes: number
  /** 0 for what must not be dropped. */
  readonly frames: number
  readonly atMs: number
}

const BINARY = { binary: true, compress: false } as const
const TEXT = { binary: false, compress: false } as const

export function createProsodyOutbox(options: ProsodyOutboxOptions): ProsodyOutbox {
  const { socket, clock, limits, meter, onStall } = options
  const state = { open: true, keptMessages: 0, keptBytes: 0, dropped: 0, untold: 0 }
  let queue: Waiting[] = []
  let stopWatch: Cancel | undefined

  // Errors of a write are followed by the socket's own `close`, which is where they are acted upon.
  const written = () => drain()

  function write(data: string | Uint8Array, frames: number): void {
    const kind = typeof data === 'string' ? TEXT : BINARY
    // Only a socket that fills up can make frames wait, so only there a write must wake the queue.
    if (socket.bufferedAmount + data.length > limits.highWaterBytes / 2) socket.send(data, kind, written)
    else socket.send(data, kind)
    if (frames > 0) meter.framesSent(frames)
  }

  function put(data: string | Uint8Array, frames: number): void {
    if (!state.open) return
    if (queue.length === 0 && socket.bufferedAmount <= limits.highWaterBytes) return write(data, frames)
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.length
    queue.push({ data, bytes, frames, atMs: clock.now() })
    state.keptBytes += bytes
    if (frames > 0) state.keptMessages += 1
    while (state.keptMessages > limits.keptFrames && dropOldest());
    stopWatch ??= clock.after(limits.stallMs, stall)
    if (state.keptBytes + socket.bufferedAmount <= limits.maxUnsentBytes) return
    state.open = false
    stopWatch()
    stopWatch = clock.after(0, stall)
  }

  function dropOldest(): boolean {
    const at = queue.findIndex(({ frames }) => frames > 0)
    const oldest = queue[at]
    if (oldest === undefined || clock.now() - oldest.atMs < limits.keptMs) return false
    queue.splice(at, 1)
    forget(oldest)
    state.dropped += oldest.frames
    state.untold += oldest.frames
    meter.framesDropped(oldest.frames, 'slow_reader')
    return true
  }

  function forget({ bytes, frames }: Waiting): void {
    state.keptBytes -= bytes
    if (frames > 0) state.keptMessages -= 1
  }

  function drain(): void {
    if (!state.open || queue.length === 0) return
    if (state.untold > 0 && socket.bufferedAmount <= limits.highWaterBytes) {
      write(`{"type":"dropped","frames":${state.untold}}`, 0)
      state.untold = 0
    }
    let sent = 0
    for (const item of queue) {
      if (socket.bufferedAmount > limits.highWaterBytes) break
      sent += 1
      forget(item)
      write(item.data, item.frames)
    }
    queue.splice(0, sent)
    if (queue.length > 0) return
    stopWatch?.()
    stopWatch = undefined
    options.onDrained?.()
  }

  function stall(): void {
    close()
    onStall()
  }

  function close(): void {
    state.open = false
    stopWatch?.()
    const lost = queue.reduce((sum, { frames }) => sum + frames, 0)
    if (lost > 0) meter.framesDropped(lost, 'closed')
    queue = []
  }

  return {
    frames: put,
    send: text => put(text, 0),
    get dropped() {
      return state.dropped
    },
    get waiting() {
      return queue.length > 0
    },
    close,
  }
}
