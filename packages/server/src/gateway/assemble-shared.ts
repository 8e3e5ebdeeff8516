/** What providers of all agents share, and nodes with each other where there is Redis: keys' rests, sound, rows. */

import { type ReadQuery, readOnlyQuery } from '@parley/context'
import type { ByteCache } from '@parley/core'
import { createSpeechShelf, type SpeechShelf } from '@parley/engines'
import {
  createMemoryRateLimiter,
  createMemoryShelf,
  createRedisByteCache,
  createRedisKeyNews,
  createRedisRateLimiter,
  createRedisSecretShelf,
  type KeyNews,
  openReadPool,
  openRedis,
  type RateBudget,
  type RateLimiter,
  type SecretShelf,
} from '@parley/platform'
import type { Config } from '../config/settings.js'
import type { Log } from '../log/log.js'

export interface SharedParts {
  readonly speech: SpeechShelf
  /** Undefined without Redis. */
  readonly sound: ByteCache | undefined
  readonly keyNews: KeyNews | undefined
  /** Reads from PostgreSQL for sources of facts; undefined where none is configured. */
  readonly query: ReadQuery | undefined
  /** Of client secrets; this process's own without Redis. */
  readonly secretShelf: SecretShelf
  /** A budget of its own name; this process's own without Redis. */
  rateLimiter(name: string, budget: RateBudget): RateLimiter
  close(): Promise<void>
}

export async function openShared(
  config: Pick<Config, 'redisUrl' | 'factsDatabaseUrl' | 'databaseUrl'>,
  { log, epochMs }: { readonly log: Log; readonly epochMs: () => number },
): Promise<SharedParts> {
  const { redisUrl, factsDatabaseUrl = config.databaseUrl } = config
  const redis =
    redisUrl === undefined
      ? undefined
      : await openRedis({ url: redisUrl, warn: err => log.warn({ err }, 'nodes share no keys and no sound') })
  const keyNews = redis === undefined ? undefined : createRedisKeyNews(redis)
  const pool = factsDatabaseUrl === undefined ? undefined : await openReadPool(factsDatabaseUrl)
  return {
    speech: createSpeechShelf(),
    sound: redis === undefined ? undefined : createRedisByteCache(redis, { prefix: 'parley:sound:' }),
    keyNews,
    query: pool === undefined ? undefined : readOnlyQuery(pool),
    secretShelf: redis === undefined ? createMemoryShelf({ epochMs }) : createRedisSecretShelf(redis),
    rateLimiter: (name, budget) =>
      redis === undefined
        ? createMemoryRateLimiter(budget)
        : createRedisRateLimiter(redis, { ...budget, prefix: `parley:rate:${name}:` }),
    async close() {
      await Promise.allSettled([keyNews?.close(), pool?.close()])
      redis?.disconnect()
    },
  }
}
