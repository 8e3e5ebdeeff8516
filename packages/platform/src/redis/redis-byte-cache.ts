/**
 * Bytes shared by all nodes through Redis: for sound that is said again, and facts that are looked up again. Every entry
 * ends by itself; while Redis is down or slow there is nothing to be found.
 */

import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { ByteCache } from '@parley/core'
import type { Redis } from 'ioredis'

export interface RedisByteCacheOptions {
  /** Before every key. Default `parley:cache:`. */
  readonly prefix?: string
  /** Larger ones are not kept, bytes. Default 2,000,000. */
  readonly maxBytes?: number
  /** Whether entries are deflated: for text. It takes 9 % off PCM speech, and longer than the network. Default false. */
  readonly compress?: boolean
}

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

export function createRedisByteCache(redis: Redis, options: RedisByteCacheOptions = {}): ByteCache {
  const { prefix = 'parley:cache:', maxBytes = 2_000_000, compress = false } = options
  return {
    async get(key) {
      try {
        const stored = await redis.getBuffer(prefix + key)
        if (stored === null) return undefined
        return compress ? await inflate(stored, { maxOutputLength: maxBytes }) : stored
      } catch {
        return undefined
      }
    },
    async set(key, bytes, forMs) {
      if (bytes.length > maxBytes || forMs < 1) return
      try {
        const stored = compress ? await deflate(bytes, { level: 1 }) : Buffer.from(bytes)
        await redis.set(prefix + key, stored, 'PX', Math.round(forMs))
      } catch {
        // It is said, or looked up, again.
      }
    },
  }
}
