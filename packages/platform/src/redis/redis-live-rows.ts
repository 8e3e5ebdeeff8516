/**
 * What each node has at the moment, for all to see: a hash of rows for each node, which ends by itself when its node does,
 * and orders from one node to another. Nothing depends on it: while Redis is down each node sees its own.
 */
import type { Redis } from 'ioredis'

export interface LiveRows {
  /**
   * Makes what others see of this node `rows` (by id): only what is new is sent. Call it at least every few seconds, also
   * when nothing changed. Never rejects.
   */
  put(rows: ReadonlyMap<string, string>): Promise<void>
  /** Rows of all other nodes. Rejects where Redis does not answer. */
  others(): Promise<readonly string[]>
  /** Tells another node to do something; false where nobody heard it. Rejects where Redis does not answer. */
  order(node: string, text: string): Promise<boolean>
  /** Takes this node's rows away. */
  close(): Promise<void>
}

export interface LiveRowsOptions {
  readonly redis: Redis
  readonly node: string
  /** What another node orders. */
  ordered(text: string): void
  /** Before every key. Default `parley:live:`. */
  readonly prefix?: string
}

/** A node that is silent for so long is not seen any more, ms. */
const EXPIRY_MS = 8_000
/** Of a node; beyond it rows are not told. */
const MOST_ROWS = 5_000
/** Of all nodes, before reading gives up. */
const MOST_NODES = 200

/** `redis` stays the caller's; a second connection is made for orders, since that one can do nothing else. */
export function createRedisLiveRows(options: LiveRowsOptions): LiveRows {
  const { redis, node, prefix = 'parley:live:' } = options
  const nodes = `${prefix}nodes`
  const rowsOf = (name: string) => `${prefix}of:${name}`
  const ordersTo = (name: string) => `${prefix}to:${name}`
  /** What Redis has; undefined where that is not known. */
  let told: ReadonlyMap<string, string> | undefined
  let closed = false
  const ignore = () => {}
  const subscriber = redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null })
  subscriber.on('error', ignore)
  subscriber.subscribe(ordersTo(node)).then(ignore, ignore)
  subscriber.on('message', (_, text: string) => {
    if (!closed) options.ordered(text)
  })

  async function put(all: ReadonlyMap<string, string>): Promise<void> {
    if (closed) return
    const rows = new Map([...all].slice(0, MOST_ROWS))
    const key = rowsOf(node)
    const before = told
    const changed = [...rows].filter(([id, text]) => before?.get(id) !== text)
    const gone = [...(before?.keys() ?? [])].filter(id => !rows.has(id))
    // Whether it works is known afterwards.
    told = undefined
    try {
      const batch = redis.multi().sadd(nodes, node)
      if (before === undefined) batch.del(key)
      else batch.exists(key)
      if (gone.length > 0) batch.hdel(key, ...gone)
      if (changed.length > 0) batch.hset(key, ...changed.flat())
      const answers = await batch.pexpire(key, EXPIRY_MS).exec()
      // It was forgotten meanwhile: only what is new is there now.
      const isWhole = before === undefined || before.size === 0 || answers?.[1]?.[1] === 1
      if (answers?.every(([error]) => error === null) === true && isWhole) told = rows
    } catch {
      // The next one tells everything.
    }
  }

  return {
    put,
    async others() {
      const names = (await redis.smembers(nodes)).filter(name => name !== node).slice(0, MOST_NODES)
      const found = await Promise.all(
        names.map(async name => {
          const rows = await redis.hvals(rowsOf(name))
          // A node without conversations comes back with its next row.
          if (rows.length === 0) await redis.srem(nodes, name)
          return rows
        }),
      )
      return found.flat()
    },
    async order(name, text) {
      return (await redis.publish(ordersTo(name), text)) > 0
    },
    async close() {
      closed = true
      subscriber.disconnect()
      await redis.multi().del(rowsOf(node)).srem(nodes, node).exec().then(ignore, ignore)
    },
  }
}
