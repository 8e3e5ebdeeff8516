/**
 * Protocol pings on the clock: they keep proxies awake, notice a far end that is gone without a word, and measure
 * the round trip. One missed pong is enough.
 */
import type { Cancel, Clock } from '@parley/core'
import type { WebSocket } from 'ws'
import type { VoiceSocketOptions } from './voice-socket-options.js'

export interface Heartbeat {
  /** Smoothed round trip in ms. */
  readonly rttMs: number
  stop(): void
}

export interface HeartbeatOptions {
  readonly socket: WebSocket
  readonly clock: Clock
  readonly everyMs: number
  readonly initialRttMs: number
  /** The pong of the last ping has not come; called once. */
  onMissed(): void
}

const MAX_RTT_MS = 2_000
/** Weight of the newest round trip. */
const SMOOTHING = 0.25

/** Pings at once and then every `everyMs`, until stopped. */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { socket, clock, everyMs } = options
  let rttMs = options.initialRttMs
  let measured = false
  let count = 0
  let sentAtMs: number | undefined
  let cancel: Cancel = () => {}

  const onPong = (payload: Buffer) => {
    // A pong nobody asked for, or an echo of an older ping, proves nothing about this round trip.
    if (sentAtMs === undefined || payload.toString('latin1') !== String(count)) return
    const sample = Math.min(MAX_RTT_MS, clock.now() - sentAtMs)
    rttMs = measured ? rttMs + SMOOTHING * (sample - rttMs) : sample
    measured = true
    sentAtMs = undefined
  }
  const beat = () => {
    if (sentAtMs !== undefined) {
      socket.off('pong', onPong)
      options.onMissed()
      return
    }
    count += 1
    sentAtMs = clock.now()
    socket.ping(String(count))
    cancel = clock.after(everyMs, beat)
  }

  socket.on('pong', onPong)
  beat()
  return {
    get rttMs() {
      return rttMs
    },
    stop() {
      cancel()
      socket.off('pong', onPong)
    },
  }
}

/** The far end's own, where its carrier notices by itself that it is gone; else one of ours. */
export function heartbeatOf(options: VoiceSocketOptions, onMissed: () => void): Heartbeat {
  const { heartbeat, socket, clock, limits } = options
  if (heartbeat !== undefined) {
    return {
      get rttMs() {
        return heartbeat.rttMs
      },
      stop() {},
    }
  }
  const { heartbeatMs: everyMs, initialRttMs } = limits
  return startHeartbeat({ socket, clock, everyMs, initialRttMs, onMissed })
}
