import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDigitCollector } from './digit-collector.js'

const order = { most: 4, terminator: '#', firstMs: 5_000, betweenMs: 2_000 }

describe('a collector of keys', () => {
  it('ends at the terminator, which is not among them', () => {
    const collector = createDigitCollector(order, 0)
    expect(collector.key('1', 100)).toBeUndefined()
    expect(collector.key('*', 200)).toBeUndefined()
    expect(collector.key('#', 300)).toEqual({ digits: '1*', ended: 'terminator' })
  })

  it('ends with the last key it wants', () => {
    const collector = createDigitCollector(order, 0)
    for (const digit of '123') expect(collector.key(digit, 0)).toBeUndefined()
    expect(collector.key('4', 0)).toEqual({ digits: '1234', ended: 'full' })
    expect(collector.key('5', 1)).toEqual({ digits: '1234', ended: 'full' })
  })

  it('waits longer for the first key than between two', () => {
    const collector = createDigitCollector(order, 1_000)
    expect(collector.tick(5_999)).toBeUndefined()
    collector.key('7', 5_999)
    expect(collector.dueAtMs).toBe(7_999)
    expect(collector.tick(7_999)).toEqual({ digits: '7', ended: 'time' })
    expect(createDigitCollector(order, 0).tick(5_000)).toEqual({ digits: '', ended: 'time' })
  })

  it('takes a key that comes too late for no part of it', () => {
    expect(createDigitCollector(order, 0).key('1', 5_000)).toEqual({ digits: '', ended: 'time' })
  })

  it('keeps what was entered when the caller hangs up', () => {
    const collector = createDigitCollector(order, 0)
    collector.key('9', 1)
    expect(collector.hangUp()).toEqual({ digits: '9', ended: 'hang-up' })
    expect(collector.tick(99_999)).toEqual({ digits: '9', ended: 'hang-up' })
  })

  it.each([
    { ...order, most: 0 },
    { ...order, most: 65 },
    { ...order, terminator: '##' },
    { ...order, firstMs: Number.NaN },
    { ...order, betweenMs: 0 },
  ])('refuses an order it cannot carry out (%#)', bad => {
    expect(() => createDigitCollector(bad, 0)).toThrow(expect.objectContaining({ code: 'bad_message' }))
  })

  it('never has more than it wants, nor the terminator, whatever is pressed', () => {
    const keys = fc.array(fc.tuple(fc.constantFrom(...'0123456789*#ABCD', 'x', ''), fc.nat(3_000)))
    fc.assert(
      fc.property(keys, pressed => {
        const collector = createDigitCollector(order, 0)
        let atMs = 0
        for (const [digit, waitMs] of pressed) {
          atMs += waitMs
          collector.key(digit, atMs)
        }
        const { digits } = collector.hangUp()
        expect(digits).toMatch(/^[0-9*A-D]{0,4}$/)
      }),
    )
  })
})
