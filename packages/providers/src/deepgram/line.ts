/**
 * One socket to Deepgram: a key is leased for it, what is sent before it is ready waits (bounded), JSON is read, and it
 * ends once, with a reason, whoever ends it. Nothing is called after `close`.
 */

import type { Cancel, ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { outcomeOf } from '../wire/http-call.js'
import { leasedSocket } from '../wire/leased-socket.js'
import { garbageError, lateError } from '../wire/vendor-error.js'
import { faultOf, refined, VENDOR } from './fault.js'

export interface LineMessage {
  readonly type: string
  readonly [field: string]: unknown
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface LineOptions {
  readonly context: VendorContext
  readonly path: string
  readonly query: Query
  readonly connectTimeoutMs: number
  /** The message that must come before anything is sent. Without: an open socket is ready. */
  readonly readyOn?: string | undefined
  onReady?(): void
  onMessage(message: LineMessage): void
  onBinary?(bytes: Buffer): void
  onLost(error: ParleyError): void
}

export interface Line {
  readonly isReady: boolean
  /** False: it was dropped, for the line has ended or too much is waiting. */
  send(message: object | Uint8Array): boolean
  /** Ends the line with an error of one's own. */
  fail(error: ParleyError): void
  close(): void
}

/** What may wait for a line to be ready, in bytes. */
const MAX_WAITING = 4_000_000

export function openLine(options: LineOptions): Line {
  const { context, connectTimeoutMs, readyOn } = options
  let ended = false
  let ready = false
  let waiting: (string | Uint8Array)[] = []
  let waitingBytes = 0
  let cancelReady: Cancel = () => {}

  const socket = leasedSocket(context, {
    vendor: VENDOR,
    path: `${options.path}${queryText(options.query)}`,
    headers: (key): Readonly<Record<string, string>> =>
      key === undefined ? {} : { authorization: `Token ${key}` },
    reasonHeader: 'dg-error',
    connectTimeoutMs,
    onOpen,
    onText: read,
    onBinary: bytes => options.onBinary?.(bytes),
    onLost: error => lose(refined(error)),
  })

  function end(): boolean {
    if (ended) return false
    ended = true
    waiting = []
    cancelReady()
    socket.close()
    return true
  }

  function lose(error: ParleyError): void {
    if (ended) return
    socket.settle(outcomeOf(error))
    if (end()) options.onLost(error)
  }

  function onOpen(): void {
    socket.settle({ kind: 'fine' })
    if (readyOn === undefined) return becomeReady()
    cancelReady = context.clock.after(connectTimeoutMs, () =>
      lose(lateError(VENDOR, 'greet', connectTimeoutMs)),
    )
  }

  function becomeReady(): void {
    cancelReady()
    ready = true
    for (const message of waiting) socket.send(message)
    waiting = []
    options.onReady?.()
  }

  function read(text: string): void {
    const message = parsed(text)
    if (message === undefined) return lose(garbageError(VENDOR))
    if (message.type === 'Error') {
      const description = message.description ?? message.message
      return lose(faultOf(String(message.code ?? message.variant ?? ''), String(description ?? '')))
    }
    if (message.type === readyOn && !ready) becomeReady()
    if (!ended) options.onMessage(message)
  }

  return {
    get isReady() {
      return ready
    },
    send(message) {
      if (ended) return false
      const data = message instanceof Uint8Array ? message : JSON.stringify(message)
      if (ready) return socket.send(data)
      if (waitingBytes + data.length > MAX_WAITING) return false
      waiting.push(data)
      waitingBytes += data.length
      return true
    },
    fail: lose,
    close: end,
  }
}

function parsed(text: string): LineMessage | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMessage(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isMessage(value: unknown): value is LineMessage {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function queryText(query: Query): string {
  const all = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const each of Array.isArray(value) ? value : [value]) all.append(name, String(each))
  }
  return `?${all}`
}
