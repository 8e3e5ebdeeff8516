import { type Clock, systemClock } from '@parley/core'
import type { Database, OpenStore } from '@parley/platform'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { createLifecycle } from '../lifecycle.js'
import { analyticsDatabase } from './analytics-database.js'

const log = pino({ level: 'silent' })
const clock: Clock = systemClock

async function databaseOf(env: NodeJS.ProcessEnv) {
  const { config } = resolveConfig(readEnvironment(env, '/nonexistent'))
  const own = { kind: 'pglite' } as Database
  const lifecycle = createLifecycle({ log, clock, deadlineMs: 1_000 })
  const store = { database: own } as OpenStore
  return { own, lifecycle, database: await analyticsDatabase({ config, store, clock, log, lifecycle }) }
}

it('the figures are counted in the store, or in its replica where one is set', async () => {
  const usual = await databaseOf({})
  expect(usual.database).toBe(usual.own)
  const { database, lifecycle } = await databaseOf({
    DATABASE_READ_URL: 'postgres://reader@127.0.0.1:1/parley',
  })
  expect(database.kind).toBe('postgres')
  expect(await lifecycle.stop('test')).toBe(0)
})
