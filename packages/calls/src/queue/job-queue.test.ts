import { ParleyError } from '@parley/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Job, JobQueue } from './job-queue.js'
import { type QueueSubject, subjects } from './queue-subjects.test-kit.js'

/** The conformance suite of the queue: every place goes through every line of it. */

const tenant = 'acme'

function gate() {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { open, opened }
}

function seen(most: number) {
  const jobs: Job[] = []
  const { open, opened } = gate()
  return {
    jobs,
    all: opened,
    note(job: Job) {
      jobs.push(job)
      if (jobs.length === most) open()
    },
  }
}

describe.each(['redis', 'postgres', 'pglite'] as const)('jobs on %s', kind => {
  let subject: QueueSubject
  const opened: JobQueue[] = []
  let count = 0
  const fresh = (name = 'call') => `${name}_${kind}_${count++}`

  beforeAll(async () => {
    subject = await subjects[kind]()
  }, 60_000)
  afterAll(() => subject.remove())
  afterEach(async () => {
    for (const queue of opened.splice(0)) await queue.close()
  })
  async function open(warn?: (error: ParleyError) => void): Promise<JobQueue> {
    const queue = await subject.open(warn)
    opened.push(queue)
    return queue
  }

  it('run once, those of the least number first, with their tenant', async () => {
    const queue = await open()
    expect(queue.kind).toBe(kind)
    const ids = [fresh(), fresh(), fresh()]
    for (const [index, priority] of [1000, 1, undefined].entries()) {
      await queue.add({ kind: 'dial', id: ids[index] ?? '', tenant, ...(priority ? { priority } : {}) })
    }
    expect(await queue.counts('dial')).toEqual({ waiting: 3, delayed: 0, active: 0 })
    const { jobs, note, all } = seen(3)
    queue.work('dial', async job => note(job), { concurrency: 1 })
    await all
    expect(jobs).toEqual([ids[1], ids[2], ids[0]].map(id => ({ id, tenant, run: 1 })))
    await expect.poll(() => queue.counts('dial')).toEqual({ waiting: 0, delayed: 0, active: 0 })
  })

  it('are the same job when they are added again, with the newer time', async () => {
    const [queue, other] = [await open(), await open()]
    const id = fresh()
    const inAnHour = Date.now() + 3_600_000
    await queue.add({ kind: 'after', id, tenant, atMs: inAnHour })
    await other.add({ kind: 'after', id, tenant, atMs: inAnHour, priority: 7 })
    expect(await queue.counts('after')).toEqual({ waiting: 0, delayed: 1, active: 0 })
    const { jobs, note, all } = seen(1)
    queue.work('after', async job => note(job), { concurrency: 2 })
    await other.add({ kind: 'after', id, tenant })
    await all
    expect(jobs.map(job => job.id)).toEqual([id])
    await expect.poll(() => queue.counts('after')).toEqual({ waiting: 0, delayed: 0, active: 0 })
  })

  it('wake a worker that waits, at once and at their time', async () => {
    const queue = await open()
    const { jobs, note, all } = seen(2)
    queue.work('letters', async job => note(job), { concurrency: 1 })
    const [later, now] = [fresh(), fresh()]
    await queue.add({ kind: 'letters', id: later, tenant, atMs: Date.now() + 1_000 })
    await queue.add({ kind: 'letters', id: now, tenant })
    await all
    expect(jobs.map(job => job.id)).toEqual([now, later])
  })

  it('can be set again by the one that runs', async () => {
    const queue = await open()
    const id = fresh()
    const { jobs, note, all } = seen(3)
    queue.work(
      'dial',
      async job => {
        note(job)
        if (jobs.length < 3) await queue.add({ kind: 'dial', id, tenant })
      },
      { concurrency: 1 },
    )
    await queue.add({ kind: 'dial', id, tenant })
    await all
    expect(jobs.map(job => job.id)).toEqual([id, id, id])
  })

  it('are cancelled while they wait, not while they run', async () => {
    const queue = await open()
    const [waits, runs] = [fresh(), fresh()]
    await queue.add({ kind: 'dial', id: waits, tenant, atMs: Date.now() + 3_600_000 })
    expect(await queue.cancel('dial', waits)).toBe(true)
    expect(await queue.cancel('dial', waits)).toBe(false)
    const [started, end] = [gate(), gate()]
    queue.work(
      'dial',
      async () => {
        started.open()
        await end.opened
      },
      { concurrency: 1 },
    )
    await queue.add({ kind: 'dial', id: runs, tenant })
    await started.opened
    expect(await queue.cancel('dial', runs)).toBe(false)
    expect((await queue.counts('dial')).active).toBe(1)
    end.open()
  })

  it('come again later when their handler throws, and that is told', async () => {
    const told: ParleyError[] = []
    const queue = await open(error => told.push(error))
    const id = fresh()
    const failed = gate()
    queue.work(
      'after',
      async () => {
        failed.open()
        throw new ParleyError('provider_failed', 'The model broke off.')
      },
      { concurrency: 1 },
    )
    await queue.add({ kind: 'after', id, tenant })
    await failed.opened
    await expect.poll(() => queue.counts('after')).toEqual({ waiting: 0, delayed: 1, active: 0 })
    expect(told.map(error => error.code)).toEqual(['provider_failed'])
    await queue.cancel('after', id)
  })

  it('that run are waited for on close, and are left to others after the signal', async () => {
    const queue = await open()
    const [started, end] = [gate(), gate()]
    const signals: AbortSignal[] = []
    queue.work(
      'dial',
      async (_, signal) => {
        signals.push(signal)
        started.open()
        await end.opened
      },
      { concurrency: 1 },
    )
    await queue.add({ kind: 'dial', id: fresh(), tenant })
    await started.opened
    const leave = new AbortController()
    let closed = false
    const closing = queue.close(leave.signal).then(() => {
      closed = true
    })
    await new Promise(resolve => setImmediate(resolve))
    expect([closed, signals[0]?.aborted]).toEqual([false, false])
    leave.abort()
    await closing
    expect(signals[0]?.aborted).toBe(true)
    end.open()
    await expect(queue.add({ kind: 'dial', id: fresh(), tenant })).rejects.toMatchObject({
      code: 'store_unavailable',
    })
  })

  it('refuse ids that no call has', async () => {
    const queue = await open()
    for (const id of ['', 'a:b', 'x'.repeat(101)]) {
      await expect(queue.add({ kind: 'dial', id, tenant })).rejects.toMatchObject({ code: 'bad_message' })
    }
  })

  it('go on after the place was away, which is told once', async ({ skip }) => {
    const outage = subject.outage
    if (!outage) return skip()
    const told: ParleyError[] = []
    const queue = await open(error => told.push(error))
    const { jobs, note, all } = seen(1)
    queue.work('letters', async job => note(job), { concurrency: 1 })
    await queue.counts('letters')
    await outage.crash()
    const id = fresh()
    await expect(queue.add({ kind: 'letters', id, tenant })).rejects.toMatchObject({
      code: 'store_unavailable',
      retryable: true,
    })
    expect(told.map(error => error.code)).toEqual(['store_unavailable'])
    await outage.start()
    await expect
      .poll(
        () =>
          queue.add({ kind: 'letters', id, tenant }).then(
            () => true,
            () => false,
          ),
        { timeout: 8_000 },
      )
      .toBe(true)
    await all
    expect(jobs.map(job => job.id)).toEqual([id])
  }, 20_000)
})
