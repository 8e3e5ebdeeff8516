/**
 * Client secrets shared by all nodes through Redis. Unlike other things there they cannot be done without: a node that
 * does not reach Redis says so instead of taking a good secret for a bad one.
 */

import { ParleyError } from '@parley/core'
import type { Redis } from 'ioredis'
import { type SecretShelf, tooMany } from '../identity/client-secrets.js'

export interface RedisSecretShelfOptions {
  /** Before every key. Default `parley:secret:`. */
  readonly prefix?: string
  /** Made by one owner within a minute, by all nodes. Default 600. */
  readonly mostPerMinute?: number
}

export function createRedisSecretShelf(redis: Redis, options: RedisSecretShelfOptions = {}): SecretShelf {
  const { prefix = 'parley:secret:', mostPerMinute = 600 } = options

  async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask()
    } catch (cause) {
      const message = 'Redis, which keeps the client secrets, does not answer; try again.'
      const details = { retryAfterMs: 1_000 }
      throw new ParleyError('store_unavailable', message, { cause, retryable: true, details })
    }
  }

  return {
    async put({ key, text, owner, forMs }) {
      const made = await asked(async () => {
        const counter = `${prefix}made:${owner}`
        const count = await redis.incr(counter)
        // Set each time it is new or was left without an end by a node that died in between.
        if (count === 1 || (await redis.pttl(counter)) < 0) await redis.pexpire(counter, 60_000)
        return count
      })
      if (made > mostPerMinute) throw tooMany()
      await asked(() => redis.set(prefix + key, text, 'PX', Math.max(1, Math.round(forMs))))
    },
    get: key => asked(async () => (await redis.get(prefix + key)) ?? undefined),
  }
}
