import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openRedis } from './open-redis.js'
import { createRedisRateLimiter } from './redis-rate-limiter.js'
import { startTestRedis, type TestRedis } from './test-redis.js'

let server: TestRedis
let nodes: Redis[]
beforeAll(async () => {
  server = await startTestRedis()
  nodes = await Promise.all([1, 2].map(() => openRedis({ url: server.url, warn: () => {} })))
  await Promise.all(nodes.map(redis => new Promise(resolve => redis.once('ready', resolve))))
})
afterAll(async () => {
  for (const redis of nodes) redis.disconnect()
  await server.remove()
})

it('one budget is taken from by all nodes, told when it is full again, and left to none when Redis is gone', async () => {
  const [one, other] = nodes.map(redis =>
    createRedisRateLimiter(redis, { prefix: 'rate:', max: 2, windowMs: 60_000 }),
  )
  expect(await one?.take('ana')).toEqual({ retryAfterMs: 0 })
  expect(await other?.take('ana')).toEqual({ retryAfterMs: 0 })
  const refused = await one?.take('ana')
  expect(refused?.retryAfterMs).toBeGreaterThan(50_000)
  expect(refused?.retryAfterMs).toBeLessThanOrEqual(60_000)
  expect(await other?.take('ben')).toEqual({ retryAfterMs: 0 })
  const [key = ''] = (await nodes[0]?.keys('rate:*')) ?? []
  expect(key).not.toContain('ana')
  await nodes[0]?.persist(key)
  await one?.take('ana')
  await one?.take('ben')
  for (const name of (await nodes[0]?.keys('rate:*')) ?? [])
    expect(await nodes[0]?.pttl(name)).toBeGreaterThan(0)
  const gone = new Promise(resolve => nodes[0]?.once('close', resolve))
  await server.crash()
  await gone
  const alone = [await one?.take('ana'), await one?.take('ana'), await one?.take('ana')]
  expect(alone.map(verdict => verdict?.retryAfterMs === 0)).toEqual([true, true, false])
})
