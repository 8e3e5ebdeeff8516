/** How often one client may have something spoken: a user by its token, an address without one. */

import { ParleyError } from '@parley/core'
import { addressKey, createClientAddress, type Principal, type RateLimiter } from '@parley/platform'
import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/settings.js'

/** @throws ParleyError `rate_limited` with the time to wait */
export type SpeechLimit = (request: FastifyRequest, principal: Principal) => Promise<void>

export function createSpeechLimit(
  { trustProxy }: Pick<Config, 'trustProxy'>,
  limiter: RateLimiter,
): SpeechLimit {
  const clientAddress = createClientAddress(trustProxy)
  return async ({ raw, headers }, { anonymous, tenant, subject }) => {
    const address = addressKey(clientAddress(raw.socket.remoteAddress ?? '', headers))
    const key = anonymous ? `address ${address}` : `user ${JSON.stringify([tenant, subject])}`
    const { retryAfterMs } = await limiter.take(key)
    if (retryAfterMs === 0) return
    throw new ParleyError('rate_limited', 'Too many TTS requests, please try again later', {
      retryable: true,
      details: { retryAfterMs },
    })
  }
}
