/**
 * Messages between nodes over Redis, as they come: nothing is kept, and what a node does not hear while its connection is
 * gone it never hears. Bounded by what Redis has not taken yet.
 */

import type { Redis } from 'ioredis'

export interface RedisBus {
  /** Resolves once the channel is heard, or Redis cannot be reached: then it is as soon as it can. */
  listen(channel: string, hear: (bytes: Uint8Array) => void): Promise<void>
  /** False where the message was not taken: no connection, or too much that Redis has not taken yet. */
  tell(channel: string, bytes: Uint8Array): boolean
  close(): void
}

export interface RedisBusOptions {
  readonly prefix?: string
  /** Default 4 MiB: two seconds of eighty conversations' sound. */
  readonly maxUnsentBytes?: number
}

/** `redis` stays the caller's; a second connection is made for listening, since that one can do nothing else. */
export function createRedisBus(
  redis: Redis,
  { prefix = 'parley:', maxUnsentBytes = 4_194_304 }: RedisBusOptions = {},
): RedisBus {
  const listeners = new Map<string, (bytes: Uint8Array) => void>()
  const subscriber = redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null })
  const ignore = () => {}
  let unsentBytes = 0
  subscriber.on('error', ignore)
  subscriber.on('messageBuffer', (channel: Buffer, bytes: Buffer) => {
    listeners.get(channel.toString())?.(bytes)
  })
  return {
    async listen(channel, hear) {
      listeners.set(prefix + channel, hear)
      await subscriber.subscribe(prefix + channel).then(ignore, ignore)
    },
    tell(channel, bytes) {
      const { byteLength } = bytes
      if (redis.status !== 'ready' || unsentBytes + byteLength > maxUnsentBytes) return false
      unsentBytes += byteLength
      const taken = () => {
        unsentBytes -= byteLength
      }
      redis
        .publish(prefix + channel, Buffer.from(bytes.buffer, bytes.byteOffset, byteLength))
        .then(taken, taken)
      return true
    },
    close() {
      listeners.clear()
      subscriber.disconnect()
    },
  }
}
