/**
 * One socket that many contexts share: hands each message to the context it names, drops what comes for one that is over,
 * says something now and then if that keeps it alive, and goes when nobody has used it for long.
 */

import type { Cancel, ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { outcomeOf } from './http-call.js'
import { leasedSocket } from './leased-socket.js'
import { garbageError } from './vendor-error.js'

export interface SharedLineOptions<Event> {
  /** The vendor, for people. */
  readonly vendor: string
  headers(key: string | undefined): Readonly<Record<string, string>>
  readonly connectTimeoutMs: number
  /** Contexts on one socket; those that are closing count until their end. Default: any number. */
  readonly mostContexts?: number
  /** A socket nobody used for so long is closed, ms; less than what the vendor allows. */
  readonly idleMs: number
  /** Said this often, ms, on a socket on which we say nothing else. */
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

export interface SharedLine<Event> {
  /** Whether it takes another context. */
  readonly hasRoom: boolean
  open(id: string, listener: ContextListener<Event>): ContextLine
  /** Its contexts are lost for this reason. */
  end(error: ParleyError): void
}

/** A context that is closing counts no longer than this, ms, if the vendor says nothing of its end. */
const DRAIN_MS = 10_000

/** `onGone` runs once, when it is of no more use. */
export function sharedLine<Event>(
  context: VendorContext,
  options: SharedLineOptions<Event>,
  { path, onGone }: { readonly path: string; onGone(): void },
): SharedLine<Event> {
  const { clock } = context
  const { vendor, mostContexts = Number.POSITIVE_INFINITY, idleMs, keepAlive } = options
  const everyMs = keepAlive?.everyMs ?? idleMs
  const contexts = new Map<string, ContextListener<Event>>()
  /** Contexts that nobody listens to and the vendor still counts, with the timers that give them up. */
  const draining = new Map<string, Cancel>()
  let isRetired = false
  let isGone = false
  /** When we last said something, and when a context was last there; of the clock. */
  let saidMs = clock.now()
  let usedMs = clock.now()
  let cancelTimer = arm()

  const socket = leasedSocket(context, {
    vendor,
    path,
    headers: options.headers,
    connectTimeoutMs: options.connectTimeoutMs,
    onOpen() {
      for (const listener of contexts.values()) listener.onOpen()
    },
    onText: hear,
    onLost(error) {
      const listeners = drop()
      for (const listener of listeners) listener.onLost(error)
      // An idle socket goes without a word: that is what vendors do.
      if (listeners.length === 0 && !isPolite(error)) context.warn(error)
    },
  })

  function hear(text: string): void {
    const message = options.read(text)
    if (message === undefined) return end(garbageError(vendor))
    const { id, event, last = false, fatal } = message
    socket.settle(fatal === undefined ? { kind: 'fine' } : outcomeOf(fatal))
    if (fatal !== undefined) return end(fatal)
    if (id === undefined) {
      for (const listener of [...contexts.values()]) listener.onEvent(event)
      return
    }
    const listener = contexts.get(id)
    if (last) forget(id)
    listener?.onEvent(event)
  }

  function forget(id: string): void {
    contexts.delete(id)
    draining.get(id)?.()
    draining.delete(id)
    usedMs = clock.now()
    tidy()
  }

  function end(error: ParleyError): void {
    const listeners = drop()
    socket.close()
    for (const listener of listeners) listener.onLost(error)
  }

  function drop(): readonly ContextListener<Event>[] {
    const listeners = [...contexts.values()]
    contexts.clear()
    for (const cancel of draining.values()) cancel()
    draining.clear()
    cancelTimer()
    if (!isGone) onGone()
    isGone = true
    return listeners
  }

  function tidy(): void {
    if (!isRetired || contexts.size > 0 || isGone) return
    drop()
    socket.close()
  }

  function arm(): Cancel {
    const nowMs = clock.now()
    const idleForMs = contexts.size > 0 ? 0 : nowMs - usedMs
    return clock.after(Math.max(1, Math.min(idleMs - idleForMs, everyMs - (nowMs - saidMs))), tick)
  }

  function tick(): void {
    const nowMs = clock.now()
    if (contexts.size === 0 && nowMs - usedMs >= idleMs) {
      isRetired = true
      return tidy()
    }
    if (nowMs - saidMs >= everyMs) {
      saidMs = nowMs
      if (keepAlive !== undefined && socket.state === 'open') socket.send(JSON.stringify(keepAlive.message()))
    }
    cancelTimer = arm()
  }

  return {
    get hasRoom() {
      return !isRetired && !isGone && contexts.size + draining.size < mostContexts
    },
    open(id, listener) {
      contexts.set(id, listener)
      if (socket.state === 'open') listener.onOpen()
      return {
        send(message) {
          saidMs = clock.now()
          return socket.send(JSON.stringify(message))
        },
        release(isDraining = false) {
          if (contexts.get(id) !== listener) return
          if (isDraining)
            draining.set(
              id,
              clock.after(DRAIN_MS, () => draining.delete(id)),
            )
          contexts.delete(id)
          usedMs = clock.now()
          tidy()
        },
        retire() {
          isRetired = true
          tidy()
        },
      }
    },
    end,
  }
}

function isPolite({ details }: ParleyError): boolean {
  return details.closeCode === 1000 || details.closeCode === 1001
}
