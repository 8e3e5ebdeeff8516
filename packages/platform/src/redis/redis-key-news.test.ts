import { VirtualClock } from '@parley/sim'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createKeyPool } from '../keys/key-pool.js'
import { openRedis } from './open-redis.js'
import { createRedisKeyNews, type RedisKeyNews } from './redis-key-news.js'
import { startTestRedis, type TestRedis } from './test-redis.js'

let server: TestRedis
const opened: (Redis | RedisKeyNews)[] = []
beforeAll(async () => {
  server = await startTestRedis()
})
afterAll(() => server.remove())
afterEach(async () => {
  for (const each of opened.splice(0)) 'disconnect' in each ? each.disconnect() : await each.close()
})

async function node(prefix: string, keys = ['one', 'two']) {
  const redis = await openRedis({ url: server.url, warn: () => {} })
  opened.push(redis)
  await new Promise(resolve => redis.once('ready', resolve))
  const news = createRedisKeyNews(redis, prefix)
  opened.push(news)
  const told: string[] = []
  let wake = () => {}
  const heard = new Promise<void>(resolve => {
    wake = resolve
  })
  const spied = {
    tell: news.tell,
    listen: (ids: readonly string[], run: Parameters<typeof news.listen>[1]) =>
      news.listen(ids, (id, rest) => {
        told.push(rest.kind)
        run(id, rest)
        wake()
      }),
  }
  const pool = createKeyPool({ vendor: 'Vendor', keys, clock: new VirtualClock(), news: spied })
  return { pool, redis, heard, told }
}
const never = new AbortController().signal

describe('keys shared by several nodes', () => {
  it('rest on every node when one is limited, and on one that starts later', async () => {
    const [one, other] = [await node('a:'), await node('a:')]
    const limit = async () => {
      const lease = await one.pool.sourceFor('x').take(never)
      lease?.done({ kind: 'limited', retryAfterMs: 60_000 })
    }
    await limit()
    await other.heard
    expect(other.pool.report().map(({ state }) => state)).toEqual(['limited', 'ready'])
    const later = await node('a:')
    await later.heard
    expect(later.pool.report()[0]?.restsForMs).toBeGreaterThan(50_000)
    expect(JSON.stringify(await later.redis.keys('*'))).not.toContain('one')
  })

  it('are each node’s own while Redis is down', async () => {
    const { pool, redis } = await node('b:')
    await server.crash()
    const lease = await pool.sourceFor('x').take(never)
    lease?.done({ kind: 'refused' })
    expect(pool.report()[0]?.state).toBe('refused')
    await server.start()
    await new Promise(resolve => redis.once('ready', resolve))
  })
})
