import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readRange } from './byte-range.js'

it.each([
  ['bytes=0-0', { from: 0, to: 1 }],
  ['bytes=90-', { from: 90, to: 100 }],
  ['bytes=-5', { from: 95, to: 100 }],
  ['bytes=-500', { from: 0, to: 100 }],
  ['bytes=50-999', { from: 50, to: 100 }],
  ['bytes=100-', 'none'],
  ['bytes=-0', 'none'],
  ['bytes=5-4', 'whole'],
  ['bytes=0-1,5-6', 'whole'],
  ['lines=0-1', 'whole'],
  ['bytes=-', 'whole'],
  [undefined, 'whole'],
])('reads %s of 100 bytes', (header, range) => {
  expect(readRange(header, 100)).toEqual(range)
})

it('never gives a range outside the file, whatever is asked', () => {
  const number = fc.option(fc.nat(300), { nil: '' })
  fc.assert(
    fc.property(number, number, fc.nat(200), (first, last, size) => {
      const range = readRange(`bytes=${first}-${last}`, size)
      if (typeof range === 'string') return
      expect(range.from).toBeGreaterThanOrEqual(0)
      expect(range.from).toBeLessThan(range.to)
      expect(range.to).toBeLessThanOrEqual(size)
    }),
  )
})
