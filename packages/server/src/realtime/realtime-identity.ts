/**
 * Who a client of OpenAI's protocols is. It brings a key whatever it is told: a token of ours, a client secret, or, where
 * this machine's own gateway wants none, anything its SDK insists on.
 */

import type { IncomingMessage } from 'node:http'
import { type Json, ParleyError } from '@parley/core'
import {
  type ClientSecrets,
  type Identity,
  isApiKey,
  isClientSecret,
  offeredProtocols,
  type Principal,
  type Remote,
  remoteOf,
  tokenOf,
} from '@parley/platform'

export interface RealtimeVisitor {
  readonly principal: Principal
  /** What a client secret was made for; undefined where another key, or none, was brought. */
  readonly about: Json | undefined
  readonly bySecret: boolean
}

/** @throws ParleyError `unauthenticated`, or retryable ones of whoever knows the keys */
export type RealtimeIdentity = (request: IncomingMessage) => Promise<RealtimeVisitor>

const KEY_PROTOCOL = 'openai-insecure-api-key.'

export function createRealtimeIdentity(identity: Identity, secrets: ClientSecrets): RealtimeIdentity {
  async function bearer(key: string | undefined, remote: Remote): Promise<Principal> {
    if (key === undefined || looksLikeToken(key)) return identity.verify(key, remote)
    // Only where nobody needs a key at all; it says nothing of who asks.
    return identity.verify(undefined, remote)
  }

  return async request => {
    const key = keyOf(request)
    const remote = remoteOf(request.socket.remoteAddress, request.headers)
    if (key !== undefined && isClientSecret(key)) {
      const grant = await secrets.find(key)
      if (grant === undefined) throw badKey('the client secret is unknown or expired')
      return { ...grant, bySecret: true }
    }
    try {
      return { principal: await bearer(key, remote), about: undefined, bySecret: false }
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code !== 'unauthenticated') throw error
      throw badKey(String(error.details.reason ?? ''), error)
    }
  }
}

/** The key in the `Authorization` header, in a subprotocol (browsers can set no header), or in `?token=`. */
function keyOf({ headers, url }: IncomingMessage): string | undefined {
  const offered = offeredProtocols(headers).find(each => each.startsWith(KEY_PROTOCOL))
  if (headers.authorization === undefined && offered !== undefined) return offered.slice(KEY_PROTOCOL.length)
  return tokenOf(headers, url)
}

/** Three parts of base64url, as every JWT has. */
function looksLikeToken(key: string): boolean {
  return isApiKey(key) || /^[\w-]+\.[\w-]+\.[\w-]*$/.test(key)
}

function badKey(reason: string, cause?: ParleyError): ParleyError {
  const message =
    'Incorrect API key provided: this gateway takes its own tokens (`parley token`), keys (`parley_…`) and client secrets (`ek_…`).'
  return new ParleyError('unauthenticated', message, {
    details: { reason },
    ...(cause === undefined ? {} : { cause }),
  })
}
