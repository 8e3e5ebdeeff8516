/** Rests of keys, told between nodes over Redis: remembered for as long as they hold, and published. */

import type { Redis } from 'ioredis'
import type { KeyNews } from '../keys/key-news.js'
import type { KeyRest } from '../keys/key-state.js'

export interface RedisKeyNews extends KeyNews {
  close(): Promise<void>
}

/** `redis` stays the caller's; a second connection is made for listening, since that one can do nothing else. */
export function createRedisKeyNews(redis: Redis, prefix = 'parley:'): RedisKeyNews {
  const channel = `${prefix}keys`
  const place = (id: string) => `${prefix}key:${id}`
  const listeners = new Map<(id: string, rest: KeyRest) => void, readonly string[]>()
  const subscriber = redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null })
  const ignore = () => {}
  subscriber.on('error', ignore)
  const subscribed = subscriber.subscribe(channel).then(ignore, ignore)
  // What was told while the connection was gone was not heard.
  subscriber.on('ready', () => {
    for (const [run, ids] of listeners) recall(ids, run).catch(ignore)
  })
  subscriber.on('message', (_, text: string) => {
    const news = parsed(text)
    if (news !== undefined) for (const run of listeners.keys()) run(news.id, news)
  })

  async function recall(ids: readonly string[], run: (id: string, rest: KeyRest) => void): Promise<void> {
    for (const id of ids) {
      const [kind, leftMs] = await Promise.all([redis.get(place(id)), redis.pttl(place(id))])
      if (isKind(kind) && leftMs > 0) run(id, { kind, forMs: leftMs })
    }
  }

  return {
    tell(id, { kind, forMs }) {
      const ms = Math.max(1, Math.round(forMs))
      // While Redis is down each node finds out for itself.
      redis.set(place(id), kind, 'PX', ms).catch(ignore)
      redis.publish(channel, JSON.stringify({ id, kind, forMs: ms })).catch(ignore)
    },
    listen(ids, run) {
      const told = (id: string, rest: KeyRest) => {
        if (ids.includes(id)) run(id, rest)
      }
      listeners.set(told, ids)
      // Not before it would hear what is told meanwhile.
      subscribed.then(() => recall(ids, told)).catch(ignore)
      return () => listeners.delete(told)
    },
    async close() {
      listeners.clear()
      subscriber.disconnect()
    },
  }
}

function parsed(text: string): (KeyRest & { readonly id: string }) | undefined {
  try {
    const { id, kind, forMs } = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (typeof id !== 'string' || typeof forMs !== 'number' || !isKind(kind)) return undefined
    return { id, kind, forMs }
  } catch {
    return undefined
  }
}

function isKind(value: unknown): value is KeyRest['kind'] {
  return value === 'limited' || value === 'spent' || value === 'refused'
}
