import { systemClock } from '@parley/core'
import { openStore } from '@parley/platform'
import { redisProbe } from '../health/redis-probe.js'
import type { Log } from '../log/log.js'
import { type Finding, fail, ok, reasonOf, warn } from './finding.js'

/** What the settings name elsewhere: PostgreSQL and Redis. Addresses are never shown, they hold passwords. */

const LIMIT_MS = 3_000

export async function checkPostgres(databaseUrl: string | undefined, log: Log): Promise<Finding> {
  if (databaseUrl === undefined) return ok('database', 'embedded (DATABASE_URL is unset)')
  try {
    const store = await openStore({ databaseUrl, dataDir: '', clock: systemClock, log, migrate: false })
    try {
      const { pending, current } = await store.migrationStatus()
      if (pending.length === 0) return ok('database', `PostgreSQL answers, version ${current}`)
      return warn(
        'database',
        `PostgreSQL answers, ${pending.length} migrations missing`,
        'Run `parley db migrate`.',
      )
    } finally {
      await store.close()
    }
  } catch (error) {
    return fail('database', reasonOf(error), 'Check DATABASE_URL and that PostgreSQL runs.')
  }
}

export async function checkRedis(redisUrl: string | undefined): Promise<Finding> {
  if (redisUrl === undefined) return ok('redis', 'not used (REDIS_URL is unset)')
  try {
    await redisProbe(redisUrl)(AbortSignal.timeout(LIMIT_MS))
    return ok('redis', 'answers')
  } catch (error) {
    return fail('redis', reasonOf(error), 'Check REDIS_URL and that Redis runs.')
  }
}
