/**
 * One connection to a Realtime server: leased key, `session.created`, one `session.update`, then events both ways. It
 * ends once, with a reason; after `close` nothing is told.
 */

import type { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { outcomeOf } from '../wire/http-call.js'
import type { KeyOutcome, KeyRate } from '../wire/keys.js'
import { leasedSocket } from '../wire/leased-socket.js'
import { garbageError, lateError } from '../wire/vendor-error.js'
import { bearer } from './bearer.js'
import { closedError, isFatal, realtimeError } from './realtime-error.js'

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
  /** Default: the key as a bearer. */
  headers?(key: string | undefined): Readonly<Record<string, string>>
  /** Whether the key counts as used until the end of the connection, and not only until it was accepted. */
  readonly holdsKey?: boolean
  /** Whether a session is over with an error; `isAboutEvent`: it names an event of ours. Default `isFatal`. */
  ends?(error: ParleyError, isAboutEvent: boolean): boolean
}

export interface RealtimeUse {
  /** The session object to ask for. */
  readonly session: Readonly<Record<string, unknown>>
  /** Events may be sent from now on. `session` is what the vendor says the session is, with all its settings. */
  onReady(session: Readonly<Record<string, unknown>>): void
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
  /** The same for an event that is text already. */
  sendText(text: string): boolean
  /** Bytes waiting to leave. */
  readonly bufferedBytes: number
  /** What the key has left, where it is held. */
  rate(rate: KeyRate): void
  /** What became of the key, where it is held and that is known before the end. */
  settle(outcome: KeyOutcome): void
  close(): void
}

/** Begins to connect at once; `use` may follow later. */
export function openRealtimeLink(context: VendorContext, options: RealtimeLinkOptions): RealtimeLink {
  const { clock } = context
  let state: RealtimeLink['state'] = 'idle'
  let use: RealtimeUse | undefined
  let created: Readonly<Record<string, unknown>> | undefined
  let updateId: string | undefined
  let failed: ParleyError | undefined
  let cancelTimer = () => {}

  const socket = leasedSocket(context, {
    vendor: VENDOR,
    path: `/realtime?${options.query}`,
    headers: key => (options.headers ?? bearer)(key),
    explain: closedError,
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
    if (use === undefined || created === undefined || updateId !== undefined) return
    updateId = context.newId()
    socket.send(JSON.stringify({ type: 'session.update', event_id: updateId, session: use.session }))
    cancelTimer()
    cancelTimer = clock.after(options.settingsTimeoutMs, () => ready())
  }

  function ready(updated: unknown = {}): void {
    cancelTimer()
    state = 'ready'
    if (options.holdsKey === true) socket.rate({})
    else socket.settle({ kind: 'fine' })
    use?.onReady({ ...created, ...fieldsIn(updated) })
  }

  function onText(text: string): void {
    const event = parsed(text)
    if (event === undefined) return lose(garbageError(VENDOR))
    if (event.type === 'error') return onError(event.error)
    if (event.type === 'session.created') {
      if (created !== undefined) return
      created = fieldsIn(event.session)
      cancelTimer()
      configure()
    } else if (event.type === 'session.updated' && state === 'opening' && updateId !== undefined)
      ready(event.session)
    else if (state === 'ready') use?.onEvent(event)
  }

  function onError(given: unknown): void {
    const error = realtimeError(VENDOR, given)
    const { event_id: eventId } = (given ?? {}) as { readonly event_id?: unknown }
    const ours = typeof eventId === 'string' ? eventId : undefined
    if (state !== 'ready' || (options.ends ?? isFatal)(error, ours !== undefined)) lose(error)
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
    sendText: text => state === 'ready' && socket.send(text),
    get bufferedBytes() {
      return socket.bufferedBytes
    },
    rate: socket.rate,
    settle: socket.settle,
    close() {
      if (state !== 'closed') end()
    },
  }
}

function fieldsIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
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
