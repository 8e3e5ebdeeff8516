import { ParleyError } from '@parley/core'
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose'

/**
 * The public keys behind a JWKS address. Fetched when first needed, cached for ten minutes, asked again for an unknown
 * key at most every 30 s and after a failure at most every 5 s, so that forged tokens cannot make us flood the issuer.
 */

const FETCH_TIMEOUT_MS = 3_000
const RETRY_AFTER_FAILURE_MS = 5_000
const MAX_BYTES = 262_144

export interface KeySetOptions {
  readonly url: string
  /** Milliseconds since the epoch. */
  readonly epochMs: () => number
  readonly fetch: typeof fetch
}

/** @throws (when used) ParleyError `timeout`, retryable, when the issuer does not give usable keys */
export function createKeySet({ url, epochMs, fetch }: KeySetOptions): JWTVerifyGetKey {
  let failedAtMs = Number.NEGATIVE_INFINITY

  async function load(address: string, init: RequestInit): Promise<Response> {
    if (epochMs() - failedAtMs < RETRY_AFTER_FAILURE_MS) throw unreachable('asked again too soon')
    try {
      const response = await fetch(address, init)
      if (response.status !== 200) throw new Error(`answered ${response.status}`)
      const body = await readBounded(response)
      JSON.parse(body)
      return new Response(body, { status: 200 })
    } catch (cause) {
      failedAtMs = epochMs()
      throw unreachable(cause instanceof Error ? cause.message : String(cause), cause)
    }
  }

  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    [customFetch]: load,
  })
}

async function readBounded(response: Response): Promise<string> {
  let bytes = 0
  const parts: Uint8Array[] = []
  for await (const part of response.body ?? []) {
    bytes += part.byteLength
    if (bytes > MAX_BYTES) throw new Error(`sent more than ${MAX_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function unreachable(reason: string, cause?: unknown): ParleyError {
  return new ParleyError('timeout', 'The keys of the token issuer cannot be read now; try again.', {
    retryable: true,
    details: { reason: `JWKS_URL: ${reason}` },
    ...(cause === undefined ? {} : { cause }),
  })
}
