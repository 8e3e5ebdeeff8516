import { ParleyError } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BatchQueueOptions, createBatchQueue } from './batch-queue.js'
import { handClock, settled } from './store-fixtures.test.helper.js'

const passing = new ParleyError('store_unavailable', 'gone for a moment', { retryable: true })

function setUp(over: Partial<BatchQueueOptions<number>> = {}) {
  const clock = handClock()
  const batches: number[][] = []
  const gates: (() => void)[] = []
  const queue = createBatchQueue<number>({
    clock,
    maxItems: 10,
    maxBytes: 1000,
    batchItems: 4,
    batchBytes: 100,
    gatherMs: 0,
    retryForMs: 1000,
    async store(items) {
      batches.push([...items])
      return []
    },
    ...over,
  })
  return { clock, queue, batches, gates }
}

describe('a batch queue', () => {
  it('stores together what arrives while a batch is under way', async () => {
    const opened: (() => void)[] = []
    const batches: number[][] = []
    const { queue } = setUp({
      store(items) {
        batches.push([...items])
        return new Promise(resolve => opened.push(() => resolve([])))
      },
    })
    const first = queue.push(1, 1)
    await settled()
    const rest = [2, 3, 4, 5, 6].map(item => queue.push(item, 1))
    opened.shift()?.()
    await first
    await settled()
    opened.shift()?.()
    await settled()
    opened.shift()?.()
    await Promise.all(rest)
    expect(batches).toEqual([[1], [2, 3, 4, 5], [6]])
    expect(queue.waiting()).toBe(0)
  })

  it('does not resolve before its batch is stored', async () => {
    let open = () => {}
    const { queue } = setUp({
      store: () =>
        new Promise(resolve => {
          open = () => resolve([])
        }),
    })
    let done = false
    const write = queue.push(1, 1).then(() => {
      done = true
    })
    await settled()
    expect(done).toBe(false)
    open()
    await write
  })

  it('refuses new items when full, in items or bytes, and keeps the old', async () => {
    const { queue, batches } = setUp()
    const accepted = Array.from({ length: 10 }, (_, item) => queue.push(item, 1))
    await expect(queue.push(10, 1)).rejects.toMatchObject({ code: 'store_unavailable', retryable: true })
    await Promise.all(accepted)
    expect(batches.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    const large = queue.push(11, 900)
    await expect(queue.push(12, 101)).rejects.toMatchObject({ code: 'store_unavailable' })
    await large
  })

  it('stores a single item that is over the size of a batch', async () => {
    const { queue, batches } = setUp()
    await Promise.all([queue.push(1, 60), queue.push(2, 500), queue.push(3, 60)])
    expect(batches).toEqual([[1], [2], [3]])
  })

  it('tries again after a passing fault, in the same order, with growing pauses', async () => {
    const attempts: { atMs: number; items: readonly number[] }[] = []
    const { clock, queue } = setUp({
      async store(items) {
        attempts.push({ atMs: clock.now(), items: [...items] })
        if (attempts.length < 4) throw passing
        return []
      },
    })
    const writes = Promise.all([queue.push(1, 1), queue.push(2, 1)])
    await clock.advance(1000)
    await writes
    expect(attempts).toEqual([0, 50, 150, 350].map(atMs => ({ atMs, items: [1, 2] })))
  })

  it('refuses what could not be stored in its time, with the last fault', async () => {
    const { clock, queue } = setUp({
      store: () => Promise.reject(passing),
    })
    const write = queue.push(1, 1)
    const refused = expect(write).rejects.toBe(passing)
    await clock.advance(5000)
    await refused
    expect(queue.waiting()).toBe(0)
  })

  it.each([
    new ParleyError('store_full', 'full', { retryable: true }),
    new ParleyError('store_failed', 'no'),
  ])('does not try again after $code', async fault => {
    let attempts = 0
    const { queue } = setUp({
      store: () => {
        attempts++
        return Promise.reject(fault)
      },
    })
    await expect(queue.push(1, 1)).rejects.toBe(fault)
    expect(attempts).toBe(1)
  })

  it('waits for company before the first batch if told to, but not when it is drained', async () => {
    const { clock, queue, batches } = setUp({ gatherMs: 250 })
    const early = queue.push(1, 1)
    await clock.advance(249)
    const late = queue.push(2, 1)
    await clock.advance(1)
    await Promise.all([early, late])
    expect(batches).toEqual([[1, 2]])
    const last = queue.push(3, 1)
    await queue.drain()
    await last
    expect(batches).toEqual([[1, 2], [3]])
  })

  it('refuses after it was stopped, and still settles what it had', async () => {
    const { queue } = setUp({ gatherMs: 250 })
    const kept = queue.push(1, 1)
    queue.stop()
    await expect(queue.push(2, 1)).rejects.toMatchObject({ code: 'store_unavailable' })
    await queue.drain()
    await kept
  })

  it('settles every item once, stores in order, and never holds more than its bound', async () => {
    const plan = fc.array(
      fc.record({
        bytes: fc.integer({ min: 0, max: 150 }),
        pauseMs: fc.integer({ min: 0, max: 400 }),
        fault: fc.constantFrom('none', 'none', 'passing', 'item'),
      }),
      { maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(plan, async steps => {
        const faults = steps.map(step => step.fault)
        const stored: number[] = []
        const { clock, queue } = setUp({
          async store(items) {
            const fault = faults.shift()
            if (fault === 'passing') throw passing
            const failed = fault === 'item' ? items[0] : undefined
            stored.push(...items.filter(item => item !== failed))
            return items.map(item => (item === failed ? new ParleyError('store_failed') : undefined))
          },
        })
        const outcomes: string[] = []
        const writes = []
        for (const [item, step] of steps.entries()) {
          const write = queue.push(item, step.bytes).then(
            () => outcomes.push(`stored ${item}`),
            () => outcomes.push(`refused ${item}`),
          )
          writes.push(write)
          expect(queue.waiting()).toBeLessThanOrEqual(10)
          await clock.advance(step.pauseMs)
        }
        await clock.advance(10_000)
        await Promise.all(writes)
        await queue.drain()
        expect(outcomes).toHaveLength(steps.length)
        expect(stored).toEqual([...stored].sort((a, b) => a - b))
        expect(new Set(outcomes.filter(line => line.startsWith('stored')))).toEqual(
          new Set(stored.map(item => `stored ${item}`)),
        )
      }),
      { numRuns: 100 },
    )
  })
})
