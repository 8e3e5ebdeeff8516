/** Server-sent events that hold JSON, as OpenAI and its imitators stream audio and transcripts. */

import { serverSentEvents } from '../wire/server-sent-events.js'
import { garbageError } from '../wire/vendor-error.js'
import { streamError } from './stream-error.js'

export type Fields = Readonly<Record<string, unknown>>

export interface JsonEventsOptions {
  /** The vendor, for people. */
  readonly vendor: string
  readonly body: AsyncIterable<Uint8Array>
  /** After it nothing is waited for; `[DONE]` is one by itself and not given. */
  isLast(event: Fields): boolean
}

/**
 * Ends with `true` if the last event came, `false` if the body ended without. @throws ParleyError for an event that is an
 * error, or no JSON.
 */
export async function* jsonEvents({
  vendor,
  body,
  isLast,
}: JsonEventsOptions): AsyncGenerator<Fields, boolean, void> {
  const events = serverSentEvents(body)
  for (;;) {
    const next = await events.next()
    if (next.done === true) return false
    const { data } = next.value
    const event = data === '[DONE]' ? undefined : jsonFields(vendor, data)
    const refusal = event?.error ?? event?.detail
    if (refusal !== undefined && refusal !== null) {
      await events.return()
      throw streamError(vendor, { error: refusal })
    }
    if (event !== undefined) yield event
    if (event !== undefined && !isLast(event)) continue
    void drain(events)
    return true
  }
}

/** Reads to the end, so that the connection can be used again; what goes wrong there matters to nobody. */
async function drain(events: AsyncIterator<unknown>): Promise<void> {
  try {
    while ((await events.next()).done !== true);
  } catch {}
}

/** @throws ParleyError where it is no JSON object. */
export function jsonFields(vendor: string, text: string): Fields {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Fields
  } catch (error) {
    throw garbageError(vendor, error)
  }
  throw garbageError(vendor)
}
