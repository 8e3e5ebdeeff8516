/**
 * Telnyx by its Call Control: no documents, but commands and JSON events. What a crash left behind is found by the name of
 * the attempt, which Telnyx gives back; of calls that are over already it tells nothing.
 */

import { ParleyError } from '@parley/core'
import type { Carrier, DialOrder, PlacedCall } from './carrier.js'
import { garbageFrom } from './carrier-errors.js'
import { type CarrierWorld, DEFAULT_TIMEOUT_MS } from './carrier-world.js'
import { telnyxPublicKey, verifyEd25519 } from './ed25519-signature.js'
import { baseOf } from './laml-rest.js'
import { checkE164 } from './party-number.js'
import { isCallId, readTelnyxNews } from './read-telnyx-news.js'
import { createRest, type RestRequest } from './rest-client.js'
import { streamFields, telnyxCommands } from './telnyx-commands.js'
import { readTelnyxState, writeTelnyxState } from './telnyx-state.js'

export interface TelnyxOptions extends CarrierWorld {
  /** `https://api.telnyx.com` by default; with or without `/v2`. */
  readonly baseUrl?: string
  readonly apiKey: string
  /** Base64 of 32 bytes. Without it every request is refused. */
  readonly publicKey?: string
  /** The Call Control application; without it nothing is dialled. */
  readonly connectionId?: string
}

const MOST_PAGES = 20

/** @throws ParleyError `bad_config` for a public key that is none */
export function createTelnyxCarrier(options: TelnyxOptions): Carrier {
  const { apiKey, connectionId } = options
  const key = options.publicKey === undefined ? undefined : telnyxPublicKey(options.publicKey)
  const who = { name: 'Telnyx', variables: 'TELNYX_API_KEY and TELNYX_CONNECTION_ID', secrets: [apiKey] }
  const rest = createRest({
    ...who,
    baseUrl: baseOf(options.baseUrl ?? 'https://api.telnyx.com', '/v2'),
    authorization: `Bearer ${apiKey}`,
    ...{ fetch: options.fetch, clock: options.clock, epochMs: options.epochMs, errorIn: telnyxError },
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  })
  const post = (path: string, body: object, more: Partial<RestRequest>, signal: AbortSignal) =>
    rest(
      { method: 'POST', path, body: JSON.stringify(body), contentType: 'application/json', ...more },
      signal,
    )
  const command = (call: string, action: string, body: object, signal: AbortSignal) =>
    post(`/v2/calls/${callPath(call)}/actions/${action}`, body, { ofCall: true }, signal)

  function connection(): string {
    if (connectionId !== undefined) return connectionId
    throw new ParleyError('carrier_refused', 'Telnyx dials by TELNYX_CONNECTION_ID, which is not set.', {
      details: { placed: 'no' },
    })
  }

  const follow: Carrier['redirect'] = async (call, steps, signal, attempt) => {
    const about = { carrierCall: call, ...(attempt === undefined ? {} : { attempt }) }
    for (const { action, body } of telnyxCommands(steps, about)) await command(call, action, body, signal)
  }

  return {
    name: 'telnyx',
    can: { documents: false, sendsDigits: false, detectsMachines: true },
    async dial(order, signal) {
      const body = await post('/v2/calls', dialFields(order, connection()), {}, signal)
      const placed = placedIn((body as { readonly data?: unknown } | undefined)?.data)
      if (placed === undefined) throw garbageFrom(who)
      return placed
    },
    async find(order, signal) {
      const found: PlacedCall[] = []
      let after: string | undefined
      for (let page = 0; page < MOST_PAGES; page++) {
        const query = new URLSearchParams({ 'page[limit]': '250' })
        if (after !== undefined) query.set('page[after]', after)
        const path = `/v2/connections/${encodeURIComponent(connection())}/active_calls?${query}`
        const list = (await rest({ method: 'GET', path }, signal)) as ActiveCalls | undefined
        if (!Array.isArray(list?.data)) throw garbageFrom(who)
        for (const entry of list.data) {
          const placed = placedIn(entry)
          if (placed === undefined) throw garbageFrom(who)
          const { attempt, parent } = readTelnyxState((entry as { client_state?: unknown }).client_state)
          if (attempt === order.attempt && parent === undefined)
            found.push({ ...placed, evidence: 'attempt' })
        }
        after = list.meta?.cursors?.after ?? undefined
        if (after === undefined || after === '') return found
      }
      throw garbageFrom(who)
    },
    async hangUp(call, signal) {
      try {
        await command(call, 'hangup', {}, signal)
      } catch (error) {
        if (!(error instanceof ParleyError && error.code === 'call_over')) throw error
      }
    },
    redirect: follow,
    async pickUp(call, steps, signal) {
      const [first, ...others] = steps
      if (first === undefined) return
      if (first.step === 'reject' || first.step === 'hang-up') return follow(call, steps, signal)
      if (first.step === 'stream') {
        await command(call, 'answer', streamFields(first), signal)
        return
      }
      await command(call, 'answer', {}, signal)
      await follow(call, [first, ...others], signal)
    },
    answer: () => ({ contentType: 'text/plain', body: '' }),
    verify(request) {
      if (key === undefined)
        throw new ParleyError(
          'bad_signature',
          'Requests of Telnyx are checked by TELNYX_PUBLIC_KEY, which is not set.',
        )
      verifyEd25519(request, key)
    },
    read: readTelnyxNews,
  }
}

interface ActiveCalls {
  readonly data?: readonly unknown[]
  readonly meta?: { readonly cursors?: { readonly after?: string | null } }
}

function dialFields(order: DialOrder, connectionId: string): object {
  return {
    connection_id: connectionId,
    to: checkE164(order.to, 'to'),
    from: checkE164(order.from, 'from'),
    webhook_url: order.statusUrl,
    webhook_url_method: 'POST',
    client_state: writeTelnyxState({ attempt: order.attempt }),
    // The same command again is left undone by Telnyx, as it says; nothing here counts on it.
    command_id: order.attempt,
    timeout_secs: Math.min(600, Math.max(5, Math.round(order.ringSeconds))),
    time_limit_secs: Math.min(14_400, Math.max(30, Math.round(order.maxSeconds))),
    ...(order.machineUrl === undefined ? {} : { answering_machine_detection: 'greeting_end' }),
  }
}

function placedIn(data: unknown): PlacedCall | undefined {
  const { call_control_id: id, is_alive: alive } = (data ?? {}) as Readonly<Record<string, unknown>>
  if (typeof id !== 'string' || !isCallId(id)) return undefined
  return { carrierCall: id, status: alive === true ? 'in-progress' : 'initiated' }
}

/** `{errors: [{code, title, detail}]}` */
function telnyxError(body: unknown): { readonly code: number; readonly message: string } {
  const [first] = ((body ?? {}) as { readonly errors?: readonly unknown[] }).errors ?? []
  const { code, title, detail } = (first ?? {}) as Readonly<Record<string, unknown>>
  const number = Number(code)
  const text = typeof detail === 'string' ? detail : title
  return {
    code: Number.isSafeInteger(number) && number > 0 ? number : 0,
    message: typeof text === 'string' ? text : '',
  }
}

function callPath(call: string): string {
  if (isCallId(call) && !/^\.+$/.test(call)) return encodeURIComponent(call)
  throw new ParleyError('bad_message', 'That is no id of a call.', { details: { placed: 'no' } })
}
