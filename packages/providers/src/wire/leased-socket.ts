/**
 * A vendor's socket with a key of its own: the key is leased first, what is sent meanwhile is kept (bounded), and the
 * key gets to know what became of it: as soon as the adapter says so, else with the socket's end.
 */

import { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { outcomeOf } from './http-call.js'
import type { KeyLease, KeyOutcome, KeyRate } from './keys.js'
import type { Socket, SocketOptions } from './socket.js'

export interface LeasedSocketOptions
  extends Pick<
    SocketOptions,
    | 'vendor'
    | 'connectTimeoutMs'
    | 'reasonHeader'
    | 'pingEveryMs'
    | 'onOpen'
    | 'onText'
    | 'onBinary'
    | 'onLost'
  > {
  /** Appended to the base URL, with its query. */
  readonly path: string
  headers(key: string | undefined): Readonly<Record<string, string>>
  /** What the end of a connection means in this vendor's own codes. Default: as it is. */
  explain?(error: ParleyError): ParleyError
}

export interface LeasedSocket extends Socket {
  /** What the vendor's first words mean for the key; told once. */
  settle(outcome: KeyOutcome): void
  /** The key serves and stays in use. */
  rate(rate: KeyRate): void
}

/** What may wait for a key, in characters or bytes. */
const MAX_WAITING = 4_000_000

export function leasedSocket(context: VendorContext, options: LeasedSocketOptions): LeasedSocket {
  const giveUp = new AbortController()
  let kept: (string | Uint8Array)[] = []
  let keptSize = 0
  let lease: KeyLease | undefined
  let socket: Socket | undefined
  let closed = false

  function lose(given: ParleyError): void {
    if (closed) return
    closed = true
    const error = options.explain?.(given) ?? given
    settle(outcomeOf(error))
    options.onLost(error)
  }

  function settle(outcome: KeyOutcome): void {
    const untold = lease
    lease = undefined
    untold?.done(outcome)
  }

  function connect(): void {
    const { path, headers, reasonHeader, pingEveryMs, onOpen, onBinary } = options
    socket = context.openSocket({
      vendor: options.vendor,
      url: context.baseUrl + path,
      headers: headers(lease?.key),
      clock: context.clock,
      epochMs: context.epochMs,
      connectTimeoutMs: options.connectTimeoutMs,
      ...(reasonHeader === undefined ? {} : { reasonHeader }),
      ...(pingEveryMs === undefined ? {} : { pingEveryMs }),
      ...(onOpen === undefined ? {} : { onOpen: () => onOpen() }),
      onText: text => options.onText(text),
      ...(onBinary === undefined ? {} : { onBinary: bytes => onBinary(bytes) }),
      onLost: lose,
    })
    for (const message of kept) socket.send(message)
    kept = []
  }

  context.keys.take(giveUp.signal).then(
    taken => {
      if (closed) return taken?.done({ kind: 'unknown' })
      lease = taken
      connect()
    },
    error => lose(ParleyError.from(error, 'provider_failed')),
  )

  return {
    get state() {
      return closed ? 'closed' : (socket?.state ?? 'connecting')
    },
    get bufferedBytes() {
      return socket?.bufferedBytes ?? keptSize
    },
    send(message) {
      if (closed) return false
      if (socket !== undefined) return socket.send(message)
      if (keptSize > MAX_WAITING) return false
      kept.push(typeof message === 'string' ? message : Uint8Array.from(message))
      keptSize += message.length
      return true
    },
    settle,
    rate: rate => lease?.rate?.(rate),
    close(code) {
      if (closed) return
      closed = true
      kept = []
      giveUp.abort()
      settle(socket?.state === 'open' ? { kind: 'fine' } : { kind: 'unknown' })
      socket?.close(code)
    },
  }
}
