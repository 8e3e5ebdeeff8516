/** The job queue on whichever place the settings give: Redis, else PostgreSQL, else the embedded database. */

import { type Clock, ParleyError } from '@parley/core'
import type { Database } from '@parley/platform'
import type { JobQueue } from './job-queue.js'
import type { PostgresPlaceOptions } from './postgres-place.js'
import type { QueuePlace } from './queue-place.js'

export interface JobQueueOptions {
  /** `redis://…`; before the others. */
  readonly redisUrl?: string
  /** `postgres://…`: connections of its own, since listening is bound to one. Before `database`. */
  readonly databaseUrl?: string
  /** The open store's; must outlive the queue. */
  readonly database?: Database
  readonly clock: Clock
  readonly epochMs: () => number
  readonly log: PostgresPlaceOptions['log']
  /** A place that is away, once each time; and a handler that threw, each time. */
  warn(error: ParleyError): void
}

/** @throws ParleyError `store_unavailable`, `store_failed`, `bad_config` */
export async function openJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const { clock, epochMs, warn } = options
  // Commands start sooner without it.
  const { createBullQueue } = await import('./bull-queue.js')
  return createBullQueue({ place: await placeOf(options), clock, epochMs, warn })
}

async function placeOf({
  redisUrl,
  databaseUrl,
  database,
  clock,
  log,
}: JobQueueOptions): Promise<QueuePlace> {
  if (redisUrl !== undefined) return (await import('./redis-place.js')).redisPlace({ url: redisUrl })
  const { embeddedPlace, postgresPlace } = await import('./postgres-place.js')
  if (databaseUrl !== undefined) return postgresPlace({ databaseUrl, clock, log })
  if (database?.embedded) return embeddedPlace(database.embedded, clock)
  throw new ParleyError(
    'bad_config',
    'The call queue needs REDIS_URL, DATABASE_URL or the embedded database.',
  )
}
