import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClientSecrets } from '../identity/client-secrets.js'
import { localPrincipal } from '../identity/principal.js'
import { openRedis } from './open-redis.js'
import { createRedisSecretShelf } from './redis-secret-shelf.js'
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

const secretsOf = (node: number, mostPerMinute = 600) =>
  createClientSecrets({
    shelf: createRedisSecretShelf(nodes[node] as Redis, { mostPerMinute }),
    epochMs: Date.now,
    randomBytes: () => randomBytes(16),
  })

it('made on one node is good on another, and leaves Redis by itself', async () => {
  const { value } = await secretsOf(0).mint(localPrincipal, { seconds: 60, about: { model: 'a' } })
  expect(await secretsOf(1).find(value)).toMatchObject({
    principal: { tenant: 'local' },
    about: { model: 'a' },
  })
  const keys = (await nodes[0]?.keys('parley:secret:*')) ?? []
  expect(keys).toHaveLength(2)
  for (const key of keys) expect(await nodes[0]?.pttl(key)).toBeGreaterThan(0)
  expect(keys.join()).not.toContain(value.slice(3))
})

it('is refused above what one owner may make in a minute', async () => {
  const ben = { ...localPrincipal, subject: 'ben' }
  await secretsOf(0, 1).mint(ben, { seconds: 60, about: null })
  const refused = secretsOf(1, 1).mint(ben, { seconds: 60, about: null })
  await expect(refused).rejects.toMatchObject({ code: 'rate_limited' })
})

it('is neither made nor taken for a bad one while Redis is down', async () => {
  const { value } = await secretsOf(0).mint(localPrincipal, { seconds: 60, about: null })
  const gone = new Promise(resolve => nodes[0]?.once('close', resolve))
  await server.crash()
  await gone
  const down = { code: 'store_unavailable', retryable: true }
  await expect(secretsOf(0).find(value)).rejects.toMatchObject(down)
  await expect(secretsOf(0).mint(localPrincipal, { seconds: 60, about: null })).rejects.toMatchObject(down)
})
