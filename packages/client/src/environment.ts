/** Everything the client takes from its surroundings, so that tests can hand it virtual ones. */

import { browserWebCodecs, type WebCodecs } from './codec/web-codecs.js'
import { type Refusal, whyRefused } from './connection/why-refused.js'
import type { SocketioConnect } from './socketio/load-socketio.js'
import type { RtcSurroundings } from './webrtc/webrtc-types.js'

/** The part of the standard WebSocket that is used. */
export interface SocketLike {
  binaryType: string
  readonly bufferedAmount: number
  readonly readyState: number
  onopen: (() => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onerror: (() => void) | null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null
  send(message: string | ArrayBufferView<ArrayBuffer>): void
  close(code?: number, reason?: string): void
}

export interface Environment {
  readonly openSocket: (url: string, protocols: readonly string[]) => SocketLike
  /** Monotonic time in ms; only differences mean anything. */
  readonly now: () => number
  /** Runs once after `ms` unless cancelled. */
  readonly after: (ms: number, run: () => void) => () => void
  /** 0 ≤ x < 1. */
  readonly random: () => number
  readonly network: NetworkState
  /** What makes and plays Opus; undefined where there is nothing of the kind. */
  readonly webCodecs: () => WebCodecs | undefined
  /** The browser's cryptography; undefined on pages that are not secure. */
  readonly subtle: () => SubtleCrypto | undefined
  /** What calls over WebRTC need; without it there are none. */
  readonly rtc?: () => RtcSurroundings
  /** Socket.IO; without it the package `socket.io-client` is loaded. */
  readonly socketio?: () => Promise<SocketioConnect>
  /** Why a socket that never opened was refused, if the gateway can be asked. Never rejects. */
  readonly whyRefused: (socketAddress: string, token: string | undefined) => Promise<Refusal | undefined>
}

export interface NetworkState {
  online(): boolean
  /** Tells of each change until the returned function is called. */
  onChange(changed: () => void): () => void
}

/** The browser's own. Safe to call where there is no browser: nothing is touched until it is used. */
export function browserEnvironment(): Environment {
  const after: Environment['after'] = (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  }
  return {
    openSocket: (url, protocols) => new WebSocket(url, [...protocols]) as unknown as SocketLike,
    now: () => performance.now(),
    after,
    rtc: () => ({
      createConnection: configuration => new RTCPeerConnection(configuration),
      createStream: track => new MediaStream([track]),
      fetch: (...request) => fetch(...request),
      after,
    }),
    random: Math.random,
    whyRefused,
    webCodecs: browserWebCodecs,
    subtle: () => globalThis.crypto?.subtle,
    network: {
      online: () => globalThis.navigator?.onLine !== false,
      onChange(changed) {
        if (typeof globalThis.addEventListener !== 'function') return () => {}
        globalThis.addEventListener('online', changed)
        globalThis.addEventListener('offline', changed)
        return () => {
          globalThis.removeEventListener('online', changed)
          globalThis.removeEventListener('offline', changed)
        }
      },
    },
  }
}
