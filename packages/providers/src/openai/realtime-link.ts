/**
 * One connection to a Realtime server: leased key, `session.created`, one `session.update`, then events both ways. It
 * ends once, with a reason; after `close` nothing is told.
 */

import { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { outcomeOf } from '../wire/http-call.js'
import type { KeyLease } from '../wire/keys.js'
import type { Socket } from '../wire/socket.js'
import { garbageError, lateError } from '../wire/vendor-error.js'
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
  const stop = new AbortController()
  let state: RealtimeLink['state'] = 'idle'
  let use: RealtimeUse | undefined
  let socket: Socket | undefined
  let lease: KeyLease | undefined
  let isCreated = false
  let updateId: string | undefined
  let failed: ParleyError | undefined
  let cancelTimer = () => {}

  function lose(error: ParleyError): void {
    if (state === 'closed') return
    end()
    lease?.done(outcomeOf(error, { waitMs: error.details.retryAfterMs as number | undefined }))
    failed = error
    use?.onLost(error)
  }

  function end(): void {
    state = 'closed'
    cancelTimer()
    stop.abort()
    socket?.close()
  }

  function configure(): void {
    if (use === undefined || !isCreated || updateId !== undefined) return
    updateId = context.newId()
    socket?.send(JSON.stringify({ type: 'session.update', event_id: updateId, session: use.session }))
    cancelTimer()
    cancelTimer = clock.after(options.settingsTimeoutMs, ready)
  }

  function ready(): void {
    if (state !== 'opening') return
    cancelTimer()
    state = 'ready'
    lease?.done({ kind: 'fine' })
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

  async function connect(): Promise<void> {
    lease = await context.keys.take(stop.signal)
    if (state === 'closed') return lease?.done({ kind: 'unknown' })
    socket = context.openSocket({
      vendor: VENDOR,
      url: `${context.baseUrl}/realtime?${options.query}`,
      ...(lease === undefined ? {} : { headers: { authorization: `Bearer ${lease.key}` } }),
      clock,
      epochMs: context.epochMs,
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
  }

  connect().catch((error: unknown) => lose(ParleyError.from(error, 'provider_failed')))

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
    send: event => state === 'ready' && (socket?.send(JSON.stringify(event)) ?? false),
    close() {
      if (state === 'closed') return
      end()
      lease?.done({ kind: 'unknown' })
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
