/** The places that the suite of the queue is run on: a real Redis, a real PostgreSQL, the embedded database. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ParleyError, systemClock } from '@parley/core'
import { type OpenStore, openStore } from '@parley/platform'
import { startTestRedis } from '../../../platform/dist/redis/test-redis.js'
import { startTestPostgres } from '../../../platform/dist/store/test-postgres.js'
import type { JobQueue } from './job-queue.js'
import { openJobQueue } from './open-job-queue.js'

export interface QueueSubject {
  open(warn?: (error: ParleyError) => void): Promise<JobQueue>
  /** Undefined where the place cannot go without the process. */
  readonly outage?: { crash(): Promise<void>; start(): Promise<void> }
  remove(): Promise<void>
}

const log = { info() {}, warn() {}, error() {} }
const common = { clock: systemClock, epochMs: () => Date.now(), log }

export const subjects: Readonly<Record<JobQueue['kind'], () => Promise<QueueSubject>>> = {
  async redis() {
    const redis = await startTestRedis()
    return {
      open: (warn = () => {}) => openJobQueue({ ...common, redisUrl: redis.url, warn }),
      outage: redis,
      remove: () => redis.remove(),
    }
  },
  async postgres() {
    const postgres = await startTestPostgres()
    const databaseUrl = await postgres.freshDatabase()
    return {
      open: (warn = () => {}) => openJobQueue({ ...common, databaseUrl, warn }),
      outage: postgres,
      remove: () => postgres.remove(),
    }
  },
  async pglite() {
    // Quicker than one in memory, which PGlite makes from nothing.
    const folder = mkdtempSync(join(tmpdir(), 'parley-queue-'))
    const store: OpenStore = await openStore({
      dataDir: folder,
      clock: systemClock,
      log,
      migrate: false,
    })
    return {
      open: (warn = () => {}) => openJobQueue({ ...common, database: store.database, warn }),
      async remove() {
        await store.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}
