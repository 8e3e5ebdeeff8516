import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReorderBuffer } from './reorder-buffer.js'

const limits = { minWaitMs: 40, maxWaitMs: 200 }

function setUp() {
  const given: number[] = []
  const lost: number[] = []
  const buffer = createReorderBuffer<number>(limits, (item, lostBefore) => {
    given.push(item)
    lost.push(lostBefore)
  })
  return {
    given,
    lost,
    buffer,
    push: (sequence: number, nowMs: number) => buffer.push(sequence, sequence, nowMs),
  }
}

describe('packets out of order', () => {
  it('leave at once while they are in order', () => {
    const { given, push, buffer } = setUp()
    for (let sequence = 10; sequence < 15; sequence++) {
      push(sequence, sequence * 20)
      expect(given.at(-1)).toBe(sequence)
    }
    expect(buffer.held).toBe(0)
  })

  it('wait behind a hole and leave in order once it is filled', () => {
    const { given, lost, push } = setUp()
    for (const [sequence, nowMs] of [
      [1, 0],
      [3, 20],
      [4, 30],
      [2, 35],
      [5, 40],
    ] as const)
      push(sequence, nowMs)
    expect(given).toEqual([1, 2, 3, 4, 5])
    expect(lost).toEqual([0, 0, 0, 0, 0])
  })

  it('do not wait longer than the network has lately been late, and say what was given up', () => {
    const { given, lost, push, buffer } = setUp()
    push(1, 0)
    push(4, 20)
    buffer.beat(59)
    expect(given).toEqual([1])
    buffer.beat(60)
    expect(given).toEqual([1, 4])
    expect(lost).toEqual([0, 2])
    expect(buffer.counts.lost).toBe(2)
  })

  it('that come too late are dropped and counted, and the next ones are waited for longer', () => {
    const { given, push, buffer } = setUp()
    push(1, 0)
    push(3, 20)
    buffer.beat(60)
    push(2, 120)
    push(3, 121)
    expect(given).toEqual([1, 3])
    expect(buffer.counts).toMatchObject({ late: 1, duplicate: 1 })
    expect(buffer.waitMs).toBeGreaterThan(100)
    push(5, 200)
    buffer.beat(290)
    expect(given).toEqual([1, 3])
    push(4, 299)
    expect(given).toEqual([1, 3, 4, 5])
  })

  it('are waited for less again when the network is calm, and never longer than the limit', () => {
    const { push, buffer } = setUp()
    push(1, 0)
    push(3, 20)
    buffer.beat(60)
    push(2, 60_000)
    expect(buffer.waitMs).toBe(200)
    for (let sequence = 4; sequence < 3_000; sequence++) push(sequence, 60_000 + sequence * 20)
    expect(buffer.waitMs).toBe(40)
  })

  it('go on after a long outage, and after a counter that was set anew', () => {
    const { given, lost, push, buffer } = setUp()
    push(1, 0)
    push(2, 20)
    push(500, 10_000)
    buffer.beat(10_300)
    expect(given).toEqual([1, 2, 500])
    expect(lost.at(-1)).toBe(497)
    push(40_000, 11_000)
    expect(given).toEqual([1, 2, 500])
    push(40_001, 11_020)
    expect(given.at(-1)).toBe(40_001)
    expect(buffer.counts.stray).toBe(1)
  })

  it('come out once each, in order, none held longer than the limit, whatever comes', () => {
    const step = fc.record({
      sequence: fc.integer({ min: 0, max: 300 }),
      passMs: fc.integer({ min: 0, max: 60 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), steps => {
        const { given, lost, push, buffer } = setUp()
        let nowMs = 0
        for (const { sequence, passMs } of steps) {
          nowMs += passMs
          buffer.beat(nowMs)
          push(sequence, nowMs)
        }
        buffer.beat(nowMs + limits.maxWaitMs)
        expect(buffer.held).toBe(0)
        for (let index = 1; index < given.length; index++) {
          const jump = (given[index] as number) - (given[index - 1] as number)
          expect(jump).toBe((lost[index] as number) + 1)
        }
        const { late, duplicate, stray } = buffer.counts
        expect(given.length + late + duplicate + stray).toBe(steps.length)
      }),
    )
  })
})
