import { createHmac, randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { plainAddress } from '../identity/address.js'

/**
 * How often a key may do something. The memory adapter maps keys onto a fixed number of buckets by a secret hash:
 * its size is bounded whoever comes, and nobody can choose whose bucket to share.
 */

export interface RateLimiter {
  /** Takes one from the key's budget. `retryAfterMs` is 0 when there was one to take. */
  take(key: string): Promise<{ readonly retryAfterMs: number }>
}

export interface RateBudget {
  readonly max: number
  readonly windowMs: number
}

const BUCKETS = 16_384

/** Budgets of this process alone; an adapter with the same face keeps them for several. */
export function createMemoryRateLimiter({ max, windowMs }: RateBudget): RateLimiter {
  const limiter = new RateLimiterMemory({ points: max, duration: windowMs / 1000 })
  const salt = randomBytes(16)
  return {
    async take(key) {
      const bucket = createHmac('sha256', salt).update(key).digest().readUInt32LE(0) % BUCKETS
      try {
        await limiter.consume(bucket)
        return { retryAfterMs: 0 }
      } catch (verdict) {
        if (!(verdict instanceof RateLimiterRes)) throw verdict
        return { retryAfterMs: Math.max(1, verdict.msBeforeNext) }
      }
    },
  }
}

/** The key an address is limited by: IPv6 by its /64, since a household owns the rest of it. */
export function addressKey(address: string): string {
  const plain = plainAddress(address)
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = (plain.split('%')[0] ?? plain).toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros =
    tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  const network = [...left, ...zeros, ...right].slice(0, 4).map(group => group.replace(/^0+(?=.)/, ''))
  return `${network.join(':')}::/64`
}
