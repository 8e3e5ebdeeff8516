/**
 * The cheapest question to a vendor that fails for a bad key: a list of what it has. Sends nothing a caller said and
 * costs nothing. A server that speaks a vendor's protocol and has no such page answers all the same, and is well.
 */

import { ParleyError } from '@parley/core'
import type { Probe } from './check.js'

interface Question {
  /** Appended to the vendor's base URL. */
  readonly path: string
  headers(key: string): Readonly<Record<string, string>>
  /** Answers that mean a bad key, beside 401 and 403. */
  readonly refusals?: readonly number[]
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

const questions: Readonly<Record<string, Question>> = {
  openai: { path: '/models', headers: bearer },
  anthropic: {
    path: '/v1/models?limit=1',
    headers: key => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
  },
  deepgram: { path: '/v1/projects', headers: key => ({ authorization: `Token ${key}` }) },
  cartesia: {
    path: '/voices?limit=1',
    headers: key => ({ ...bearer(key), 'cartesia-version': '2026-08-14' }),
  },
  elevenlabs: { path: '/v1/models', headers: key => ({ 'xi-api-key': key }) },
  google: {
    path: '/v1/voices?languageCode=en-US',
    headers: key => ({ 'x-goog-api-key': key }),
    refusals: [400],
  },
}

/** Services that refuse whatever is not signed as their SDK does: to be refused by them says nothing. */
const signed: ReadonlySet<string> = new Set(['polly', 'transcribe'])

/** Whether a vendor can be asked at all; `vendor` is its name in the registry. */
export const canBeAsked = (vendor: string): boolean => !signed.has(vendor)

const fallback: Question = { path: '/models', headers: bearer }

export interface VendorAddress {
  /** Its name in the registry. */
  readonly vendor: string
  /** For people. */
  readonly title: string
  readonly baseUrl: string
  /** Absent where none is needed. */
  readonly key: string | undefined
  /** Sent to OpenAI beside the key. */
  readonly organization?: string | undefined
}

/** @throws (from the probe) ParleyError `provider_refused`, `provider_unreachable` or `provider_failed`. */
export function vendorProbe({ vendor, title, baseUrl, key, organization }: VendorAddress): Probe {
  // Without a key the vendor's own question would be refused, where other credentials may do.
  const { path, headers, refusals = [] } = (key === undefined ? undefined : questions[vendor]) ?? fallback
  const url = `${baseUrl.replace(/^ws/, 'http').replace(/\/$/, '')}${path}`
  const named =
    vendor === 'openai' && organization !== undefined ? { 'openai-organization': organization } : {}
  return async signal => {
    const sent = { ...(key === undefined ? {} : headers(key)), ...named }
    const response = await reach(url, { headers: sent, signal }, title)
    await response.body?.cancel()
    const { status } = response
    if (status === 401 || status === 403 || refusals.includes(status))
      throw new ParleyError('provider_refused', `${title}: the key is refused`)
    if (status >= 500 || status === 429)
      throw new ParleyError('provider_failed', `${title} answered ${status}`)
  }
}

async function reach(url: string, init: RequestInit, title: string): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    const root = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    const reason = root instanceof Error ? root.message : String(root)
    throw new ParleyError('provider_unreachable', `${title} cannot be reached (${reason})`, { cause })
  }
}
