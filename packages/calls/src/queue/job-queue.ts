/**
 * The alarm clock of the call worker: BullMQ, on Redis, PostgreSQL or the embedded database, behind one face. It may lose
 * everything it knows: the rows of the calls are the truth, and a sweep sets lost alarms again. So a job says what to look
 * at, never what to do, and one that runs twice finds nothing left to do.
 */

export interface JobQueue {
  readonly kind: 'redis' | 'postgres' | 'pglite'
  /** The same `id` while it waits changes nothing but its time and priority. */
  add(job: NewJob): Promise<void>
  /** Whether it waited and does not any more. */
  cancel(kind: JobKind, id: string): Promise<boolean>
  /** Runs jobs of a kind here, until `close`. A handler that throws has the job come again, later and later. */
  work(kind: JobKind, run: (job: Job, signal: AbortSignal) => Promise<void>, options: WorkOptions): void
  counts(
    kind: JobKind,
  ): Promise<{ readonly waiting: number; readonly delayed: number; readonly active: number }>
  /** Stops taking jobs, waits for those that run until the signal aborts. */
  close(signal?: AbortSignal): Promise<void>
}

/** `dial`: look whether the call is to be dialled; `after`: do what is left to do of a call that is over. */
export type JobKind = 'dial' | 'after' | 'letters'

export interface Job {
  readonly id: string
  readonly tenant: string
  /** 1, 2, … */
  readonly run: number
}

export interface NewJob {
  readonly kind: JobKind
  /** Of the call; 1–100 letters, digits, `_` and `-`. */
  readonly id: string
  readonly tenant: string
  /** Epoch ms; at once without. */
  readonly atMs?: number
  /** 1 (first) to 1,000; default 100. */
  readonly priority?: number
}

export interface WorkOptions {
  /** At the same time in this process. */
  readonly concurrency: number
}
