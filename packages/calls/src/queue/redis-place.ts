/** Jobs on Redis. Two connections: one that fails at once for who adds, one that waits for who works. */

import { createRedisBackend } from 'bullmq'
import { Redis } from 'ioredis'
import type { JobsBackend, QueuePlace } from './queue-place.js'

export interface RedisPlaceOptions {
  /** `redis://…` or `rediss://…`. */
  readonly url: string
  /** Before every key. Default `parley:queue`. */
  readonly prefix?: string
}

const LONGEST_PAUSE_MS = 2_000

export function redisPlace({ url, prefix = 'parley:queue' }: RedisPlaceOptions): QueuePlace {
  const common = {
    connectTimeout: 2_000,
    retryStrategy: (times: number) => Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(times, 10)),
  }
  const adding = new Redis(url, { ...common, maxRetriesPerRequest: 1, enableOfflineQueue: false })
  const working = new Redis(url, { ...common, maxRetriesPerRequest: null, lazyConnect: true })
  // Faults are told by the queues and workers that use the connection.
  for (const connection of [adding, working]) connection.on('error', () => {})

  const over =
    (connection: Redis): JobsBackend =>
    (name, options, about) => {
      const onRedis = { ...options, connection, prefix }
      return createRedisBackend(name, onRedis, about)
    }
  return {
    kind: 'redis',
    backend: over(adding),
    workerBackend: over(working),
    onBack: run => void adding.on('ready', run),
    async close() {
      for (const connection of [adding, working]) connection.disconnect()
    },
  }
}
