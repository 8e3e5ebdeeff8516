/** What BullMQ needs to know of the place where its jobs are kept. */

import type { BackendFactory, IQueueBackend } from 'bullmq'

/** The place itself is bound into it: what BullMQ calls a connection is not looked at. */
export type JobsBackend = BackendFactory<IQueueBackend, unknown>

export interface QueuePlace {
  readonly kind: 'redis' | 'postgres' | 'pglite'
  /** Of one queue that jobs are added to; fails at once while the place is away. */
  readonly backend: JobsBackend
  /** Of one worker; waits until the place is back. */
  readonly workerBackend: JobsBackend
  /** Told each time the place is there again, where it can tell. */
  onBack(run: () => void): void
  /** Once no queue and no worker uses it any more. */
  close(): Promise<void>
}

/** BullMQ's schema in a PostgreSQL, apart from ours. */
export const QUEUE_SCHEMA = 'parley_queue'
