/** A queue of jobs that dies with its process: the least that a worker may rely on. */

import type { Clock } from '@parley/core'
import type { Job, JobKind, JobQueue, NewJob } from '../queue/job-queue.js'

const AGAIN_MS = 50

export function createForgetfulQueue(clock: Clock, epochMs: () => number): JobQueue {
  const handlers = new Map<JobKind, (job: Job, signal: AbortSignal) => Promise<void>>()
  const waiting = new Map<string, () => void>()
  const stop = new AbortController()

  function set({ kind, id, tenant, atMs = 0 }: NewJob, run: number): void {
    const key = `${kind} ${id}`
    waiting.get(key)?.()
    const cancel = clock.after(Math.max(0, atMs - epochMs()), () => {
      waiting.delete(key)
      const ran = handlers.get(kind)?.({ id, tenant, run }, stop.signal)
      ran?.catch(() => set({ kind, id, tenant, atMs: epochMs() + AGAIN_MS }, run + 1))
    })
    waiting.set(key, cancel)
  }

  return {
    kind: 'pglite',
    add: async job => set(job, 1),
    async cancel(kind, id) {
      waiting.get(`${kind} ${id}`)?.()
      return waiting.delete(`${kind} ${id}`)
    },
    work: (kind, run) => void handlers.set(kind, run),
    counts: async () => ({ waiting: waiting.size, delayed: 0, active: 0 }),
    async close() {
      stop.abort()
      for (const cancel of waiting.values()) cancel()
    },
  }
}
