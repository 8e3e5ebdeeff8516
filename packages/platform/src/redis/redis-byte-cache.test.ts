import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedis } from './open-redis.js'
import { createRedisByteCache } from './redis-byte-cache.js'
import { startTestRedis, type TestRedis } from './test-redis.js'

let server: TestRedis
let redis: Redis
const warnings: string[] = []
beforeAll(async () => {
  server = await startTestRedis()
  redis = await openRedis({ url: server.url, warn: error => warnings.push(error.code) })
  await new Promise(resolve => redis.once('ready', resolve))
})
afterAll(async () => {
  redis.disconnect()
  await server.remove()
})

const bytes = Uint8Array.from({ length: 5_000 }, (_, at) => at % 7)

describe('bytes in Redis', () => {
  it.each([false, true])('come back as they were, compressed: %s', async compress => {
    const cache = createRedisByteCache(redis, { prefix: `p${compress}:`, compress })
    await cache.set('one', bytes, 60_000)
    expect(Uint8Array.from((await cache.get('one')) ?? [])).toEqual(bytes)
    expect(await cache.get('two')).toBeUndefined()
    expect(await redis.pttl(`p${compress}:one`)).toBeGreaterThan(50_000)
    expect((await redis.strlen(`p${compress}:one`)) < bytes.length).toBe(compress)
  })

  it('are not kept when they are too large', async () => {
    const cache = createRedisByteCache(redis, { maxBytes: 100 })
    await cache.set('large', bytes, 60_000)
    expect(await cache.get('large')).toBeUndefined()
  })

  it('that are not what was stored are a miss', async () => {
    await redis.set('q:odd', 'no deflate')
    expect(await createRedisByteCache(redis, { prefix: 'q:', compress: true }).get('odd')).toBeUndefined()
  })

  it('are a miss at once while Redis is down, told to the operator once', async () => {
    const cache = createRedisByteCache(redis)
    await cache.set('three', bytes, 60_000)
    const gone = new Promise(resolve => redis.once('close', resolve))
    await server.crash()
    await gone
    expect(await cache.get('three')).toBeUndefined()
    await cache.set('three', bytes, 60_000)
    await new Promise(resolve => redis.once('reconnecting', resolve))
    await new Promise(resolve => redis.once('reconnecting', resolve))
    expect(warnings).toEqual(['store_unavailable'])
    await server.start()
    await new Promise(resolve => redis.once('ready', resolve))
    expect(await cache.get('three')).toBeUndefined()
  })
})
