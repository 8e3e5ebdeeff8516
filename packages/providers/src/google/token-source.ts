/**
 * Access tokens of a service account: one is fetched when it is first needed, shared by all requests, and replaced
 * a few minutes before it ends. Whoever gives up waiting does not stop the others.
 */

import { ParleyError } from '@parley/core'
import { z } from 'zod'
import type { VendorContext } from '../vendor.js'
import { httpCall } from '../wire/http-call.js'
import { fixedKey } from '../wire/keys.js'
import { garbageError } from '../wire/vendor-error.js'
import { wholeBody } from '../wire/whole-body.js'
import { readServiceAccount, signedClaim } from './service-account.js'

export interface TokenSource {
  /** @throws ParleyError `bad_config` for a bad file, `provider_refused` if the account is not accepted. */
  token(signal: AbortSignal): Promise<string>
  /** The vendor did not accept this one. */
  drop(token: string): void
  close(): void
}

export interface TokenSourceOptions {
  readonly file: string
  readonly tokenUrl: string | undefined
  readonly timeoutMs: number
}

/** A token is renewed this long before it ends. */
const EARLY_MS = 300_000
const MAX_ANSWER_BYTES = 1_000_000

const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().default(3_600) })

interface Held {
  readonly token: string
  readonly untilMs: number
}

export function tokenSource(context: VendorContext, options: TokenSourceOptions): TokenSource {
  const keyless: VendorContext = { ...context, keys: fixedKey(undefined) }
  const own = new AbortController()
  let held: Held | undefined
  let fetching: Promise<Held> | undefined

  async function fetchToken(): Promise<Held> {
    const account = await readServiceAccount(options.file)
    const url = options.tokenUrl ?? account.tokenUrl
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: signedClaim(account, url, context.epochMs()),
    })
    const response = await httpCall(
      keyless,
      {
        vendor: 'Google',
        path: url,
        headers: () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
        body: new TextEncoder().encode(form.toString()),
        timeoutMs: options.timeoutMs,
      },
      own.signal,
    ).catch((error: unknown) => {
      throw refusedInstead(error)
    })
    const limits = { vendor: 'Google', idleTimeoutMs: options.timeoutMs, maxBytes: MAX_ANSWER_BYTES }
    const parsed = answer.safeParse(await wholeBody(context, response, limits))
    if (!parsed.success) throw garbageError('Google')
    const { access_token: token, expires_in: seconds } = parsed.data
    return { token, untilMs: context.epochMs() + Math.max(1_000, seconds * 1000 - EARLY_MS) }
  }

  function current(): Promise<Held> {
    if (held !== undefined && context.epochMs() < held.untilMs) return Promise.resolve(held)
    fetching ??= fetchToken()
      .then(fresh => {
        held = fresh
        return fresh
      })
      .finally(() => {
        fetching = undefined
      })
    return fetching
  }

  return {
    async token(signal) {
      return (await unlessAborted(current(), signal)).token
    },
    drop(token) {
      if (held?.token === token) held = undefined
    },
    close: () => own.abort(),
  }
}

/** The token server says 400 for an account that it does not know. */
function refusedInstead(error: unknown): unknown {
  if (!(error instanceof ParleyError) || error.code !== 'provider_rejected') return error
  return new ParleyError('provider_refused', error.message, { cause: error, details: error.details })
}

function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new ParleyError('provider_unreachable', 'Given up while waiting for a token.'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
