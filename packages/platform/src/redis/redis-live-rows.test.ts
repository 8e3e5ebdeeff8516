import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openRedis } from './open-redis.js'
import { createRedisLiveRows, type LiveRows } from './redis-live-rows.js'
import { startTestRedis, type TestRedis } from './test-redis.js'

let server: TestRedis
const opened: { readonly redis: Redis; readonly rows: LiveRows }[] = []
beforeAll(async () => {
  server = await startTestRedis()
})
afterAll(() => server.remove())
afterEach(async () => {
  for (const { redis, rows } of opened.splice(0)) {
    await rows.close()
    redis.disconnect()
  }
})

async function node(name: string) {
  const redis = await openRedis({ url: server.url, warn: () => {} })
  await new Promise(resolve => redis.once('ready', resolve))
  const orders: string[] = []
  let wake = () => {}
  const heard = new Promise<void>(resolve => {
    wake = resolve
  })
  const ordered = (text: string) => {
    orders.push(text)
    wake()
  }
  const rows = createRedisLiveRows({ redis, node: name, ordered, prefix: 't:' })
  const made = { redis, rows, orders, heard }
  opened.push(made)
  return made
}

const rows = (...entries: (readonly [string, string])[]) => new Map(entries)

describe('rows of several nodes', () => {
  it('are seen by the others as they are now, and go with their node', async () => {
    const [one, two] = [await node('one'), await node('two')]
    await one.rows.put(rows(['a', '1'], ['b', '1']))
    await two.rows.put(rows(['c', '1']))
    expect([...(await two.rows.others())].sort()).toEqual(['1', '1'])
    await one.rows.put(rows(['b', '2']))
    expect(await two.rows.others()).toEqual(['2'])
    expect(await one.rows.others()).toEqual(['1'])
    await one.rows.close()
    expect(await two.rows.others()).toEqual([])
  })

  it('go by themselves when their node is silent, and are all there again when it speaks', async () => {
    const [one, two] = [await node('one'), await node('two')]
    await one.rows.put(rows(['a', '1'], ['b', '1']))
    expect(await one.redis.pttl('t:of:one')).toBeGreaterThan(5_000)
    await one.redis.del('t:of:one')
    expect(await two.rows.others()).toEqual([])
    await one.rows.put(rows(['a', '2'], ['b', '1']))
    await one.rows.put(rows(['a', '2'], ['b', '1']))
    expect([...(await two.rows.others())].sort()).toEqual(['1', '2'])
  })

  it('may be ordered something, by whoever knows their node', async () => {
    const [one, two] = [await node('one'), await node('two')]
    // Until the subscription stands, nobody hears.
    while (!(await two.rows.order('one', 'end'))) await one.redis.ping()
    await one.heard
    expect([one.orders[0], two.orders]).toEqual(['end', []])
    expect(await two.rows.order('three', 'end')).toBe(false)
  })

  it('are each node’s own while Redis is down, and come back with it', async () => {
    const [one, two] = [await node('one'), await node('two')]
    await one.rows.put(rows(['a', '1']))
    await server.crash()
    await one.rows.put(rows(['a', '2']))
    await expect(two.rows.others()).rejects.toThrow()
    await server.start()
    await Promise.all([one, two].map(({ redis }) => new Promise(resolve => redis.once('ready', resolve))))
    await one.rows.put(rows(['a', '2']))
    expect(await two.rows.others()).toEqual(['2'])
  })
})
