/**
 * Snapshots in Redis: a hash for each conversation, which ends by itself. Each step is a script, so that nobody comes in
 * between. All keys of a script must be of one Redis; a cluster is not supported.
 */

import { ParleyError, type SessionId } from '@parley/core'
import type { Redis } from 'ioredis'
import { OVER_MS, type ResumeShelf } from './resume-shelf.js'

export interface RedisResumeShelfOptions {
  /** Before every key. Default `parley:resume:`. */
  readonly prefix?: string
}

/** ARGV: node, then tenant, body and ms of each key. Returns the numbers of those left alone, from 1. */
const putScript = `
local left = {}
for i, key in ipairs(KEYS) do
  local tenant, body, ms = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
  local row = redis.call('HMGET', key, 'owner', 'tenant', 'over')
  if row[1] and (row[1] ~= ARGV[1] or row[2] ~= tenant or row[3]) then
    left[#left + 1] = i
  else
    redis.call('HSET', key, 'owner', ARGV[1], 'tenant', tenant, 'body', body)
    redis.call('HDEL', key, 'taken')
    redis.call('PEXPIRE', key, ms)
  end
end
return left`

/** ARGV: node, tenant, ms after which what was taken may be again. */
const takeScript = `
local row = redis.call('HMGET', KEYS[1], 'tenant', 'taken', 'body')
if not row[3] or row[1] ~= ARGV[2] then return false end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if row[2] and now - tonumber(row[2]) < tonumber(ARGV[3]) then return false end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'taken', string.format('%d', now))
return row[3]`

/** ARGV: node, ms for which it is remembered. */
const dropScript = `
for _, key in ipairs(KEYS) do
  if redis.call('HGET', key, 'owner') == ARGV[1] then
    redis.call('HDEL', key, 'body')
    redis.call('HSET', key, 'over', '1')
    redis.call('PEXPIRE', key, ARGV[2])
  end
end
return 0`

/** @throws ParleyError `store_unavailable` from each, where Redis does not answer */
export function createRedisResumeShelf(
  redis: Redis,
  { prefix = 'parley:resume:' }: RedisResumeShelfOptions = {},
): ResumeShelf {
  async function run(
    script: string,
    keys: readonly SessionId[],
    values: readonly (string | number)[],
  ): Promise<unknown> {
    try {
      return await redis.eval(script, keys.length, ...keys.map(key => prefix + key), ...values)
    } catch (cause) {
      const message = 'Redis, which keeps where conversations stand, does not answer; try again.'
      throw new ParleyError('store_unavailable', message, { cause, retryable: true })
    }
  }

  return {
    async put(node, rows) {
      if (rows.length === 0) return []
      const values = rows.flatMap(({ tenant, body, forMs }) => [tenant, body, Math.max(1, Math.round(forMs))])
      const left = await run(
        putScript,
        rows.map(({ session }) => session),
        [node, ...values],
      )
      const numbers = new Set(Array.isArray(left) ? left.map(Number) : [])
      return rows.flatMap(({ session }, index) => (numbers.has(index + 1) ? [session] : []))
    },
    async take({ session, tenant, by, againAfterMs }) {
      const body = await run(takeScript, [session], [by, tenant, againAfterMs])
      return typeof body === 'string' ? body : undefined
    },
    async drop(node, sessions) {
      if (sessions.length > 0) await run(dropScript, sessions, [node, OVER_MS])
    },
  }
}
