/**
 * Sockets on which a vendor speaks many things at once, told apart by a context's name. One socket serves everybody as
 * long as it has room; one that is lost while nobody uses it is replaced in silence, before the next use. What comes
 * for a context that is over is dropped here.
 */

import { type Cancel, ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { outcomeOf } from './http-call.js'
import { type LeasedSocket, leasedSocket } from './leased-socket.js'
import { garbageError } from './vendor-error.js'

export interface ContextPoolOptions<Event> {
  /** The vendor, for people. */
  readonly vendor: string
  headers(key: string | undefined): Readonly<Record<string, string>>
  readonly connectTimeoutMs: number
  /** Contexts on one socket; those that are closing count until their end. Default: any number. */
  readonly mostContexts?: number
  /** A socket nobody used for so long is closed, ms; less than what the vendor allows. */
  readonly idleMs: number
  /** Said this often, ms, on a socket that says nothing else. */
  readonly keepAlive?: { readonly everyMs: number; message(): object }
  /** Undefined for what is no message of the vendor's. */
  read(text: string): ContextMessage<Event> | undefined
}

export interface ContextMessage<Event> {
  /** Undefined: it is for every context of the socket. */
  readonly id: string | undefined
  readonly event: Event
  /** Nothing more comes for this context. */
  readonly last?: boolean
  /** The socket is of no use after it. */
  readonly fatal?: ParleyError
}

export interface ContextListener<Event> {
  /** The socket stands: now or later, once. */
  onOpen(): void
  onEvent(event: Event): void
  onLost(error: ParleyError): void
}

export interface ContextLine {
  /** False: it could not be sent. */
  send(message: object): boolean
  /** Nobody listens any more; with `draining`, the vendor still counts the context until its end. */
  release(draining?: boolean): void
  /** The socket is suspect: nothing new is begun on it. */
  retire(): void
}

export interface ContextPool<Event> {
  open(path: string, id: string, listener: ContextListener<Event>): ContextLine
  /** Opens a socket if there is none. */
  warm(path: string): void
  close(): void
}

interface Line<Event> {
  readonly path: string
  readonly socket: LeasedSocket
  readonly contexts: Map<string, ContextListener<Event>>
  /** Contexts that nobody listens to and the vendor still counts, with the timers that give them up. */
  readonly draining: Map<string, Cancel>
  retired: boolean
  /** When we last said something, and when a context was last there; of the clock. */
  saidMs: number
  usedMs: number
  cancelTimer: Cancel
}

/** A context that is closing counts no longer than this, ms, if the vendor says nothing of its end. */
const DRAIN_MS = 10_000

export function contextPool<Event>(
  context: VendorContext,
  options: ContextPoolOptions<Event>,
): ContextPool<Event> {
  const { clock } = context
  const { vendor, mostContexts = Number.POSITIVE_INFINITY, idleMs, keepAlive } = options
  const lines = new Set<Line<Event>>()

  function connect(path: string): Line<Event> {
    const line: Line<Event> = {
      path,
      socket: leasedSocket(context, {
        vendor,
        path,
        headers: options.headers,
        connectTimeoutMs: options.connectTimeoutMs,
        onOpen() {
          for (const listener of line.contexts.values()) listener.onOpen()
        },
        onText: text => hear(line, text),
        onLost: error => lose(line, error),
      }),
      contexts: new Map(),
      draining: new Map(),
      retired: false,
      saidMs: clock.now(),
      usedMs: clock.now(),
      cancelTimer: () => {},
    }
    lines.add(line)
    arm(line)
    return line
  }

  function hear(line: Line<Event>, text: string): void {
    const message = options.read(text)
    if (message === undefined) return end(line, garbageError(vendor))
    const { id, event, last = false, fatal } = message
    line.socket.settle(fatal === undefined ? { kind: 'fine' } : outcomeOf(fatal))
    if (fatal !== undefined) return end(line, fatal)
    if (id === undefined) for (const listener of [...line.contexts.values()]) listener.onEvent(event)
    else {
      const listener = line.contexts.get(id)
      if (last) forget(line, id)
      listener?.onEvent(event)
    }
  }

  function forget(line: Line<Event>, id: string): void {
    line.contexts.delete(id)
    line.draining.get(id)?.()
    line.draining.delete(id)
    line.usedMs = clock.now()
    tidy(line)
  }

  /** The vendor ended it. An idle socket goes without a word: that is what vendors do. */
  function lose(line: Line<Event>, error: ParleyError): void {
    const listeners = drop(line)
    for (const listener of listeners) listener.onLost(error)
    if (listeners.length === 0 && !isPolite(error)) context.warn(error)
  }

  /** We end it. */
  function end(line: Line<Event>, error: ParleyError): void {
    const listeners = drop(line)
    line.socket.close()
    for (const listener of listeners) listener.onLost(error)
  }

  function drop(line: Line<Event>): readonly ContextListener<Event>[] {
    const listeners = [...line.contexts.values()]
    lines.delete(line)
    line.cancelTimer()
    line.contexts.clear()
    for (const cancel of line.draining.values()) cancel()
    line.draining.clear()
    return listeners
  }

  function tidy(line: Line<Event>): void {
    if (!line.retired || line.contexts.size > 0 || !lines.has(line)) return
    drop(line)
    line.socket.close()
  }

  function arm(line: Line<Event>): void {
    const nowMs = clock.now()
    const idleForMs = line.contexts.size > 0 ? 0 : nowMs - line.usedMs
    const quietForMs = nowMs - line.saidMs
    const waitMs = Math.min(idleMs - idleForMs, (keepAlive?.everyMs ?? idleMs) - quietForMs)
    line.cancelTimer = clock.after(Math.max(1, waitMs), () => tick(line))
  }

  function tick(line: Line<Event>): void {
    const nowMs = clock.now()
    if (line.contexts.size === 0 && nowMs - line.usedMs >= idleMs) {
      line.retired = true
      return tidy(line)
    }
    if (nowMs - line.saidMs >= (keepAlive?.everyMs ?? idleMs)) {
      line.saidMs = nowMs
      if (keepAlive !== undefined && line.socket.state === 'open')
        line.socket.send(JSON.stringify(keepAlive.message()))
    }
    arm(line)
  }

  function usable(path: string): Line<Event> | undefined {
    for (const line of lines)
      if (
        line.path === path &&
        !line.retired &&
        line.socket.state !== 'closed' &&
        line.contexts.size + line.draining.size < mostContexts
      )
        return line
    return undefined
  }

  return {
    open(path, id, listener) {
      const line = usable(path) ?? connect(path)
      line.contexts.set(id, listener)
      if (line.socket.state === 'open') listener.onOpen()
      return {
        send(message) {
          line.saidMs = clock.now()
          return line.socket.send(JSON.stringify(message))
        },
        release(draining = false) {
          if (line.contexts.get(id) !== listener) return
          if (draining)
            line.draining.set(
              id,
              clock.after(DRAIN_MS, () => line.draining.delete(id)),
            )
          line.contexts.delete(id)
          line.usedMs = clock.now()
          tidy(line)
        },
        retire() {
          line.retired = true
          tidy(line)
        },
      }
    },
    warm(path) {
      if (usable(path) === undefined) connect(path)
    },
    close() {
      const error = new ParleyError('provider_failed', `${vendor} was closed while it was in use.`)
      for (const line of [...lines]) end(line, error)
    },
  }
}

function isPolite({ details }: ParleyError): boolean {
  return details.closeCode === 1000 || details.closeCode === 1001
}
