/**
 * One connection to a Realtime server: leased key, `session.created`, one `session.update`, then events both ways. It
 * ends once, with a reason; after `close` nothing is told.
 */

import type { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { outcomeOf } from '../wire/http-call.js'
import { leasedSocket } from '../wire/leased-socket.js'
import { garbageError, lateError } from '../wire/vendor-error.js'
import { bearer } from './bearer.js'
import { isFatal, realtimeError } from './realtime-error.js'

export const VENDOR = 'OpenAI Realtime'
/** The vendor knows no keep-alive of its own, and warm connections stand idle for long. */
const PING_MS = 25_000

export type RealtimeEvent = { readonly type: string } & Readonly<Record<string, unknown>>

export interface RealtimeLinkOptions {
  /** Behind `/realtime?`. */
  readonly query: string
  readonly connectTimeoutMs: number
  /** Longest wait for `session.created`, and for the answer to `session.update` before going on without, ms. */
  readonly settingsTimeoutMs: number
}

export interface RealtimeUse {
  /** The session object to ask for. */
  readonly session: Readonly<Record<string, unknown>>
  /** Events may be sent from now on. */
  onReady(): void
  onEvent(event: RealtimeEvent): void
  /** An `error` event that does not end the session. `eventId` names the event of ours it is about. */
  onRefusal(error: ParleyError, eventId: string | undefined): void
  onLost(error: ParleyError): void
}

export interface RealtimeLink {
  readonly state: 'idle' | 'opening' | 'ready' | 'closed'
  /** Clock time of its making, ms. */
  readonly sinceMs: number
  /** Takes the connection into use; once. */
  use(use: RealtimeUse): void
  /** False: it could not be sent, for the connection is gone or does not keep up. */
  send(event: RealtimeEvent): boolean
  close(): void
}

/** Begins to connect at once; `use` may follow later. */
export function openRealtimeLink(context: VendorContext, options: RealtimeLinkOptions): RealtimeLink {
  const { clock } = context
  let state: RealtimeLink['state'] = 'idle'
  let use: RealtimeUse | undefined
  let isCreated = false
  let updateId: string | undefined
  let failed: ParleyError | undefined
  let cancelTimer = () => {}

  const socket = leasedSocket(context, {
    vendor: VENDOR,
    path: `/realtime?${options.query}`,
    headers: bearer,
    connectTimeoutMs: options.connectTimeoutMs,
    pingEveryMs: PING_MS,
    onOpen() {
      cancelTimer = clock.after(options.settingsTimeoutMs, () =>
        lose(lateError(VENDOR, 'begin its session', options.settingsTimeoutMs)),
      )
    },
    onText,
    onBinary: () => lose(garbageError(VENDOR)),
    onLost: lose,
  })

  function lose(error: ParleyError): void {
    if (state === 'closed') return
    socket.settle(outcomeOf(error))
    end()
    failed = error
    use?.onLost(error)
  }

  function end(): void {
    state = 'closed'
    cancelTimer()
    socket.close()
  }

  function configure(): void {
    if (use === undefined || !isCreated || updateId !== undefined) return
    updateId = context.newId()
    socket.send(JSON.stringify({ type: 'session.update', event_id: updateId, session: use.session }))
    cancelTimer()
    cancelTimer = clock.after(options.settingsTimeoutMs, ready)
  }

  function ready(): void {
    if (state !== 'opening') return
    cancelTimer()
    state = 'ready'
    socket.settle({ kind: 'fine' })
    use?.onReady()
  }

  function onText(text: string): void {
    const event = parsed(text)
    if (event === undefined) return lose(garbageError(VENDOR))
    if (event.type === 'error') return onError(event.error)
    if (event.type === 'session.created') {
      isCreated = true
      cancelTimer()
      configure()
    } else if (event.type === 'session.updated' && updateId !== undefined) ready()
    else if (state === 'ready') use?.onEvent(event)
  }

  function onError(given: unknown): void {
    const error = realtimeError(VENDOR, given)
    const { event_id: eventId } = (given ?? {}) as { readonly event_id?: unknown }
    const ours = typeof eventId === 'string' ? eventId : undefined
    if (state !== 'ready' || isFatal(error, ours !== undefined)) lose(error)
    else use?.onRefusal(error, ours)
  }

  return {
    get state() {
      return state
    },
    sinceMs: clock.now(),
    use(given) {
      use = given
      if (state === 'closed') {
        if (failed !== undefined) given.onLost(failed)
        return
      }
      state = 'opening'
      configure()
    },
    send: event => state === 'ready' && socket.send(JSON.stringify(event)),
    close() {
      if (state !== 'closed') end()
    },
  }
}

function parsed(text: string): RealtimeEvent | undefined {
  try {
    const event: unknown = JSON.parse(text)
    const isEvent = typeof event === 'object' && event !== null && 'type' in event
    return isEvent && typeof event.type === 'string' ? (event as RealtimeEvent) : undefined
  } catch {
    return undefined
  }
}
