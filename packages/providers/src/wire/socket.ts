/**
 * A vendor's WebSocket: the wait for it to stand is bounded, what is sent meanwhile is kept (bounded), everything ends
 * exactly once and with a reason. Callbacks run as messages come; after `close` none runs any more.
 */

import type { Clock, ParleyError } from '@parley/core'
import { WebSocket } from 'ws'
import { retryAfterMs } from './retry-after.js'
import { unopenedSocket } from './unopened-socket.js'
import { closeError, lateError, refusalError, unreachableError } from './vendor-error.js'

export interface SocketOptions {
  /** The vendor, for people. */
  readonly vendor: string
  /** http(s) is taken as ws(s). */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly protocols?: readonly string[]
  readonly clock: Clock
  /** ms since the epoch, for waits that are told as dates. */
  readonly epochMs: () => number
  /** Longest wait for the connection to stand, ms. */
  readonly connectTimeoutMs: number
  /** The header that says why an upgrade was refused, where the body does not. */
  readonly reasonHeader?: string
  /**
   * How often to ask for a sign of life, ms; a connection that gives none until the next time counts as broken. For sockets
   * that stand idle. Default: never.
   */
  readonly pingEveryMs?: number
  /** Largest message taken, bytes. Default 16 MiB. */
  readonly maxMessageBytes?: number
  onOpen?(): void
  onText(text: string): void
  onBinary?(bytes: Buffer): void
  /** The connection is gone, or never stood. Not called after `close`. Details hold `status` or `closeCode`. */
  onLost(error: ParleyError): void
}

export interface Socket {
  readonly state: 'connecting' | 'open' | 'closed'
  /** Bytes waiting to leave. */
  readonly bufferedBytes: number
  /** Kept while connecting. False: it was dropped, for the socket is closed or too much is waiting. */
  send(message: string | Uint8Array): boolean
  /** Ends it politely, and by force if the far end does not answer. Nothing is called afterwards. */
  close(code?: number): void
}

export type OpenSocket = (options: SocketOptions) => Socket

/** What may wait to leave, in bytes. */
const MAX_WAITING = 4_000_000
/** How long a far end may take to answer a close. */
const CLOSE_PATIENCE_MS = 1_000

export const openSocket: OpenSocket = options => {
  const { vendor, clock, connectTimeoutMs } = options
  let state: Socket['state'] = 'connecting'
  let kept: (string | Uint8Array)[] = []
  let keptBytes = 0
  let cancelPing = () => {}

  let socket: WebSocket
  try {
    socket = new WebSocket(options.url.replace(/^http/, 'ws'), [...(options.protocols ?? [])], {
      perMessageDeflate: false,
      maxPayload: options.maxMessageBytes ?? 16 * 1024 * 1024,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
    })
  } catch (error) {
    return unopenedSocket(options, error)
  }
  const cancel = clock.after(connectTimeoutMs, () => {
    lose(lateError(vendor, 'connect', connectTimeoutMs))
    socket.terminate()
  })

  function lose(error: ParleyError): void {
    if (state === 'closed') return
    end()
    options.onLost(error)
  }

  function end(): void {
    state = 'closed'
    kept = []
    keptBytes = 0
    cancel()
    cancelPing()
  }

  /** Half of a connection can vanish without a word; only asking tells. */
  function watch(everyMs: number): void {
    let isAlive = true
    const beat = () => {
      if (!isAlive) {
        lose(closeError(vendor, 1006, 'no sign of life'))
        return socket.terminate()
      }
      isAlive = false
      socket.ping()
      cancelPing = clock.after(everyMs, beat)
    }
    socket.on('pong', () => {
      isAlive = true
    })
    cancelPing = clock.after(everyMs, beat)
  }

  socket.on('open', () => {
    if (state !== 'connecting') return
    state = 'open'
    cancel()
    for (const message of kept) socket.send(message)
    kept = []
    keptBytes = 0
    if (options.pingEveryMs !== undefined) watch(options.pingEveryMs)
    options.onOpen?.()
  })
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (state !== 'open') return
    if (isBinary) options.onBinary?.(data)
    else options.onText(data.toString('utf8'))
  })
  socket.on('unexpected-response', (request, response) => {
    const chunks: Buffer[] = []
    const tell = () => {
      const header = (name: string) => one(response.headers[name])
      const waitMs = retryAfterMs(header, options.epochMs())
      const reason = options.reasonHeader === undefined ? null : header(options.reasonHeader)
      const body = Buffer.concat(chunks).toString() || (reason ?? '')
      const refusal = { status: response.statusCode ?? 0, body: parsed(body) }
      lose(refusalError(vendor, waitMs === undefined ? refusal : { ...refusal, retryAfterMs: waitMs }))
      request.destroy()
    }
    response.on('data', (chunk: Buffer) => {
      if (chunks.length < 16) chunks.push(chunk)
    })
    response.on('end', tell)
    response.on('error', tell)
  })
  socket.on('error', error => lose(unreachableError(vendor, error)))
  socket.on('close', (code, reason) => lose(closeError(vendor, code, reason.toString())))

  return {
    get state() {
      return state
    },
    get bufferedBytes() {
      return state === 'closed' ? 0 : keptBytes + socket.bufferedAmount
    },
    send(message) {
      if (state === 'closed' || this.bufferedBytes > MAX_WAITING) return false
      if (state === 'open') {
        socket.send(message)
        return true
      }
      kept.push(typeof message === 'string' ? message : Uint8Array.from(message))
      keptBytes += message.length
      return true
    },
    close(code = 1000) {
      if (state === 'closed') return
      const stood = state === 'open'
      end()
      if (!stood) return socket.terminate()
      socket.close(code)
      const kill = clock.after(CLOSE_PATIENCE_MS, () => socket.terminate())
      socket.once('close', kill)
    },
  }
}

function one(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
