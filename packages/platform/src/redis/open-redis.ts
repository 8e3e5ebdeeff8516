/**
 * A connection to Redis that nothing depends on: while it is down commands fail at once instead of waiting, it is tried
 * again in the background, and the operator is told once for each time it goes down.
 */

import { ParleyError } from '@parley/core'
import type { Redis } from 'ioredis'

export interface RedisOptions {
  /** `redis://…` or `rediss://…`. */
  readonly url: string
  /** Longest wait for an answer, ms. Default 200. */
  readonly timeoutMs?: number
  /** Commands wait for the connection and for answers that take long, instead of failing. Default false. */
  readonly waits?: boolean
  warn(error: ParleyError): void
}

const LONGEST_PAUSE_MS = 5_000

export async function openRedis({ url, timeoutMs = 200, waits = false, warn }: RedisOptions): Promise<Redis> {
  // Most gateways have none, and start sooner without its client.
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, {
    enableOfflineQueue: waits,
    ...(waits ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 0, commandTimeout: timeoutMs }),
    connectTimeout: 2_000,
    retryStrategy: times => Math.min(LONGEST_PAUSE_MS, 100 * 2 ** Math.min(times, 10)),
  })
  let isDown = false
  redis.on('ready', () => {
    isDown = false
  })
  redis.on('error', (cause: Error) => {
    if (isDown) return
    isDown = true
    warn(new ParleyError('store_unavailable', `Redis cannot be reached (${cause.message}).`, { cause }))
  })
  return redis
}
