import { createRedisResumeShelf, createSqlResumeShelf, openRedis, type ResumeShelf } from '@parley/platform'
import type { ServerParts } from '../serve.js'

/** Where it is kept how conversations stand, so that they can go on at another node: Redis where there is one. */
export async function openResumeShelf({
  config,
  store,
  log,
  lifecycle,
}: Pick<ServerParts, 'config' | 'store' | 'log' | 'lifecycle'>): Promise<ResumeShelf> {
  if (config.redisUrl === undefined) return createSqlResumeShelf(store.database)
  const redis = await openRedis({
    url: config.redisUrl,
    timeoutMs: 1_000,
    warn: err => log.warn({ err }, 'conversations cannot go on elsewhere'),
  })
  lifecycle.onStop('shared conversations', () => redis.disconnect())
  return createRedisResumeShelf(redis)
}
