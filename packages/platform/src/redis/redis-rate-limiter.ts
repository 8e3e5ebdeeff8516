/**
 * Budgets that all nodes take from together, through Redis. While it does not answer each node counts by itself: a limit
 * that is a little too wide is better than a service that is gone.
 */

import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { createMemoryRateLimiter, type RateBudget, type RateLimiter } from '../limits/buckets.js'

export interface RedisRateLimiterOptions extends RateBudget {
  /** Before every key; one for each budget. */
  readonly prefix: string
}

/** A window begins with the first one taken, and ends by itself. Keys are kept as hashes. */
export function createRedisRateLimiter(
  redis: Redis,
  { prefix, max, windowMs }: RedisRateLimiterOptions,
): RateLimiter {
  const alone = createMemoryRateLimiter({ max, windowMs })
  return {
    async take(key) {
      const name = prefix + createHash('sha256').update(key).digest('base64url').slice(0, 22)
      try {
        const count = await redis.incr(name)
        let leftMs = count === 1 ? -1 : await redis.pttl(name)
        // Also where a node died before it could set the end.
        if (leftMs < 0) {
          await redis.pexpire(name, windowMs)
          leftMs = windowMs
        }
        return { retryAfterMs: count > max ? Math.max(1, leftMs) : 0 }
      } catch {
        return alone.take(key)
      }
    },
  }
}
