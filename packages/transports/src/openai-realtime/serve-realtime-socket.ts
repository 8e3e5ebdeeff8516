/**
 * The life of one WebSocket of an OpenAI Realtime client: its peer, its heartbeat, its close. Nothing a client sends
 * throws out of here. Who may connect was found out before the upgrade.
 */
import type { Cancel } from '@parley/core'
import type { WebSocket } from 'ws'
import { bytesOf } from '../ws/bytes-of.js'
import { reasonText } from '../ws/close-codes.js'
import { type Heartbeat, startHeartbeat } from '../ws/heartbeat.js'
import * as endings from './realtime-endings.js'
import { createRealtimePeer, type RealtimePeer, type RealtimePeerOptions } from './realtime-peer.js'

export interface RealtimeSocketOptions
  extends Omit<RealtimePeerOptions, 'send' | 'backlogBytes' | 'rttMs' | 'end' | 'track'> {
  /** An open socket of a server made with `realtimeSocketServerOptions`. */
  readonly socket: WebSocket
}

export interface RealtimeSocket {
  /** The node leaves: the socket is closed once the response under way is over. */
  drain(): void
}

/** Serves the socket until it closes. Never throws. */
export function serveRealtimeSocket(options: RealtimeSocketOptions): RealtimeSocket {
  const { socket, clock, limits, log, principal } = options
  let heartbeat: Heartbeat | undefined
  let stopGrace: Cancel = () => {}

  const peer: RealtimePeer = createRealtimePeer({
    ...options,
    send: text => socket.send(text),
    backlogBytes: () => socket.bufferedAmount,
    rttMs: () => heartbeat?.rttMs ?? limits.initialRttMs,
    end({ code, reason }) {
      heartbeat?.stop()
      if (code === 1006) return socket.terminate()
      stopGrace = clock.after(limits.closeGraceMs, () => socket.terminate())
      socket.close(code, reasonText(reason))
    },
  })

  socket.on('message', (data, isBinary) => {
    const text = isBinary ? '' : bytesOf(data).toString('utf8')
    peer.receive(text)
  })
  socket.on('close', () => {
    stopGrace()
    heartbeat?.stop()
    peer.gone('client')
  })
  socket.on('error', error =>
    log.warn({ tenant: principal.tenant, error: error.message }, 'realtime socket fault'),
  )
  if (socket.readyState !== socket.OPEN) peer.gone('client')
  else {
    heartbeat = startHeartbeat({
      socket,
      clock,
      everyMs: limits.heartbeatMs,
      initialRttMs: limits.initialRttMs,
      onMissed: () => peer.fail(endings.silent()),
    })
  }
  return { drain: () => peer.drain() }
}
