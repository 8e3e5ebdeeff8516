/** The REST client of Twilio's interface: Basic authorisation, `{code, message}` in refusals, a base URL with or without its version. */

import type { CarrierIdentity } from './carrier-errors.js'
import { type CarrierWorld, DEFAULT_TIMEOUT_MS } from './carrier-world.js'
import { createRest, type Rest } from './rest-client.js'

export interface LamlAccount {
  readonly baseUrl: string
  readonly user: string
  readonly password: string
}

export function createLamlRest(who: CarrierIdentity, account: LamlAccount, world: CarrierWorld): Rest {
  const { user, password, baseUrl } = account
  const basic = Buffer.from(`${user}:${password}`).toString('base64')
  return createRest({
    ...who,
    secrets: [...who.secrets, password, basic],
    baseUrl,
    authorization: `Basic ${basic}`,
    fetch: world.fetch,
    clock: world.clock,
    epochMs: world.epochMs,
    timeoutMs: world.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    errorIn: lamlError,
  })
}

/** `{code, message}`; SignalWire also has `{errors: [{code, message}]}`. */
function lamlError(body: unknown): { readonly code: number; readonly message: string } {
  if (typeof body !== 'object' || body === null) return { code: 0, message: '' }
  const { code, message, errors } = body as Readonly<Record<string, unknown>>
  if (code === undefined && Array.isArray(errors) && errors.length > 0) return lamlError(errors[0])
  const number = Number(code)
  return {
    code: Number.isSafeInteger(number) && number > 0 ? number : 0,
    message: typeof message === 'string' ? message : '',
  }
}

/** A base URL may be given with the path that follows it anyway. */
export function baseOf(url: string, path: string): string {
  const plain = url.replace(/\/+$/, '')
  return plain.endsWith(path) ? plain.slice(0, -path.length) : plain
}
