/** The times of one prosody socket: how long it may live, how long it may be quiet, and whether its far end is there. */
import type { Cancel, Clock } from '@parley/core'
import type { WebSocket } from 'ws'
import type { ProsodyLimits } from './prosody-limits.js'

export interface ProsodyWatch {
  /** A message came. */
  heard(): void
  stop(): void
}

export interface ProsodyWatchOptions {
  readonly socket: Pick<WebSocket, 'ping' | 'on' | 'off'>
  readonly clock: Clock
  readonly limits: Pick<ProsodyLimits, 'idleMs' | 'totalMs' | 'heartbeatMs'>
  /** Whether a client has reason to be silent. */
  isListening(): boolean
  onIdle(): void
  onExpired(): void
  /** Nothing came between two pings. */
  onGone(): void
}

export function startProsodyWatch(options: ProsodyWatchOptions): ProsodyWatch {
  const { socket, clock, limits } = options
  const state = { heardMs: clock.now(), alive: true }
  const onPong = () => {
    state.alive = true
  }
  socket.on('pong', onPong)

  const beat = () => {
    // Behind much unread sound a pong is late: whatever comes proves as much.
    if (!state.alive) return options.onGone()
    state.alive = false
    socket.ping()
    cancelBeat = clock.after(limits.heartbeatMs, beat)
  }
  const lookIdle = () => {
    const now = clock.now()
    if (options.isListening()) state.heardMs = now
    const leftMs = state.heardMs + limits.idleMs - now
    if (leftMs <= 0) return options.onIdle()
    cancelIdle = clock.after(leftMs, lookIdle)
  }
  let cancelBeat: Cancel = clock.after(limits.heartbeatMs, beat)
  let cancelIdle: Cancel = clock.after(limits.idleMs, lookIdle)
  const cancelTotal = clock.after(limits.totalMs, () => options.onExpired())
  return {
    heard() {
      state.heardMs = clock.now()
      state.alive = true
    },
    stop() {
      cancelBeat()
      cancelIdle()
      cancelTotal()
      socket.off('pong', onPong)
    },
  }
}
