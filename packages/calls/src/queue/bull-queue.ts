/**
 * The job queue over BullMQ, wherever its jobs are kept. A job is kept under the id of its call; one that is added while
 * the same one runs is kept under a second name, so that who looks may also set the next alarm.
 */

import { type Clock, ParleyError } from '@parley/core'
import { type IQueueBackend, Queue, type Job as StoredJob, Worker } from 'bullmq'
import type { Job, JobKind, JobQueue, NewJob, WorkOptions } from './job-queue.js'
import { createOutageWatch } from './outage-watch.js'
import type { QueuePlace } from './queue-place.js'

export interface BullQueueOptions {
  readonly place: QueuePlace
  readonly clock: Clock
  readonly epochMs: () => number
  warn(error: ParleyError): void
}

interface JobData {
  readonly id: string
  readonly tenant: string
}

type KindQueue = Queue<JobData, void, string, JobData, void, string, IQueueBackend, unknown>
type KindWorker = Worker<JobData, void, string, IQueueBackend, number, unknown>
type KindJob = StoredJob<JobData, void>

const DEFAULT_PRIORITY = 100
/** Longest wait for the place to answer who adds, cancels or counts, ms. */
const ANSWER_MS = 5_000
/** Longest wait for jobs that run, where `close` is given no signal, ms. */
const CLOSE_MS = 10_000
const FIRST_BACK_OFF_MS = 1_000
const LONGEST_BACK_OFF_MS = 300_000
/** So that a job whose handler throws comes again until the sweep or the handler gives up on it. */
const MANY = 1_000_000

export function createBullQueue({ place, clock, epochMs, warn }: BullQueueOptions): JobQueue {
  const queues = new Map<JobKind, KindQueue>()
  const workers = new Map<JobKind, KindWorker>()
  const outage = createOutageWatch(place.kind, warn)
  const leaving = new AbortController()
  let closing: Promise<void> | undefined
  place.onBack(outage.back)

  function queueOf(kind: JobKind): KindQueue {
    const known = queues.get(kind)
    if (known) return known
    const queue: KindQueue = new Queue<JobData, void, string, JobData, void, string, IQueueBackend, unknown>(
      nameOf(kind),
      { connection: {}, streams: { events: { maxLen: 100 } } },
      place.backend,
    )
    queue.on('error', outage.seen)
    queues.set(kind, queue)
    return queue
  }

  /** @throws ParleyError `store_unavailable` (retryable) */
  async function asked<Answer>(kind: JobKind, ask: (queue: KindQueue) => Promise<Answer>): Promise<Answer> {
    if (closing) throw unavailable('The call queue is closed.')
    try {
      const answer = await within(clock, ask(queueOf(kind)))
      outage.back()
      return answer
    } catch (thrown) {
      outage.seen(thrown)
      throw unavailable('The call queue does not answer; try again.', thrown)
    }
  }

  async function put(queue: KindQueue, job: NewJob): Promise<void> {
    for (const jobId of slotsOf(job.id)) {
      const known = await queue.getJob(jobId)
      if (known && !(await removed(known))) continue
      const delay = job.atMs === undefined ? 0 : Math.max(0, Math.ceil(job.atMs - epochMs()))
      await queue.add(
        job.kind,
        { id: job.id, tenant: job.tenant },
        {
          jobId,
          delay,
          priority: job.priority ?? DEFAULT_PRIORITY,
          attempts: MANY,
          backoff: { type: 'later' },
          removeOnComplete: true,
          removeOnFail: true,
        },
      )
      return
    }
    // Both run right now: one of them sees what this would have had it look at.
  }

  return {
    kind: place.kind,
    async add(job) {
      checkId(job.id)
      await asked(job.kind, queue => put(queue, job))
    },
    async cancel(kind, id) {
      return await asked(kind, async queue => {
        let waited = false
        for (const jobId of slotsOf(id)) {
          const known = await queue.getJob(jobId)
          if (known && (await removed(known))) waited = true
        }
        return waited
      })
    },
    work(kind, run, options) {
      if (workers.has(kind)) throw new ParleyError('internal', `Jobs of kind ${kind} are worked on already.`)
      workers.set(kind, startWorker(kind, run, options))
    },
    counts: kind =>
      asked(kind, async queue => {
        const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active')
        const of = (state: string) => counts[state] ?? 0
        return {
          waiting: of('waiting') + of('prioritized'),
          delayed: of('delayed'),
          active: of('active'),
        }
      }),
    close(signal) {
      closing ??= shut(signal)
      return closing
    },
  }

  function startWorker(
    kind: JobKind,
    run: (job: Job, signal: AbortSignal) => Promise<void>,
    { concurrency }: WorkOptions,
  ): KindWorker {
    const worker = new Worker<JobData, void, string, IQueueBackend, number, unknown>(
      nameOf(kind),
      async stored => {
        outage.back()
        try {
          await run(jobOf(stored), leaving.signal)
        } catch (thrown) {
          if (!leaving.signal.aborted) warn(ParleyError.from(thrown))
          throw thrown
        }
      },
      {
        connection: {},
        concurrency,
        // A node that died must not cost the job its life, however often.
        maxStalledCount: MANY,
        runRetryDelay: 1_000,
        settings: { backoffStrategy: backOffMs },
      },
      place.workerBackend,
    )
    worker.on('error', outage.seen)
    return worker
  }

  async function shut(signal: AbortSignal | undefined): Promise<void> {
    const done = Promise.all([...workers.values()].map(worker => worker.close()))
    await new Promise<void>(resolve => {
      const leave = () => {
        leaving.abort()
        resolve()
      }
      const stopWaiting = signal ? () => {} : clock.after(CLOSE_MS, leave)
      if (signal?.aborted) leave()
      signal?.addEventListener('abort', leave, { once: true })
      const finish = () => {
        stopWaiting()
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      done.then(finish, finish)
    })
    outage.silence()
    // Those that still run a job are not waited for: what they hold is taken from them.
    const ends = [
      ...[...workers.values()].map(worker => worker.disconnect()),
      ...[...queues.values()].map(queue => queue.close()),
    ]
    const rest = Promise.allSettled(ends).then(() => place.close())
    await within(clock, rest).catch(() => {})
  }
}

function nameOf(kind: JobKind): string {
  return `parley-${kind}`
}

function slotsOf(id: string): readonly string[] {
  return [id, `${id}.again`]
}

function jobOf({ data, attemptsMade }: KindJob): Job {
  return { id: data.id, tenant: data.tenant, run: attemptsMade + 1 }
}

/** False for one that runs. */
async function removed(job: KindJob): Promise<boolean> {
  if (await job.isActive()) return false
  try {
    await job.remove()
    return true
  } catch (thrown) {
    if (await job.isActive()) return false
    throw thrown
  }
}

function backOffMs(run: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(run - 1, 20))
}

function checkId(id: string): void {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(id)) return
  throw new ParleyError('bad_message', 'The id of a job is 1 to 100 letters, digits, `_` and `-`.')
}

function unavailable(message: string, cause?: unknown): ParleyError {
  return new ParleyError('store_unavailable', message, { retryable: true, cause })
}

/** What comes later goes nowhere. */
function within<Answer>(clock: Clock, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(ANSWER_MS, () => reject(unavailable('No answer came in time.')))
    answer.then(resolve, reject).finally(stop)
  })
}
