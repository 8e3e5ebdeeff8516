import { describe, expect, it } from 'vitest'
import { createFinalSlope } from './final-slope.js'

const hopMs = 16

function slopeOf(count: number, pitchAt: (ms: number, n: number) => number) {
  const final = createFinalSlope(hopMs)
  for (let n = 0; n < count; n++) final.add(n * hopMs, pitchAt(n * hopMs, n))
  return { slope: final.slope(), spanMs: final.spanMs() }
}

describe('the final slope', () => {
  it('is that of the last voiced 300 ms', () => {
    const { slope, spanMs } = slopeOf(60, ms => (ms < 640 ? 5 : 5 + 0.02 * (ms - 640)))
    expect(slope).toBeCloseTo(20, 6)
    expect(spanMs).toBe(18 * hopMs)
  })

  it('is not moved by octave errors and a creaking end', () => {
    const { slope } = slopeOf(60, (ms, n) => -0.01 * ms + (n % 9 === 0 ? 12 : 0) - (n > 57 ? 12 : 0))
    expect(Math.abs(slope + 10)).toBeLessThan(2)
  })

  it('looks no further back than the end reaches', () => {
    const final = createFinalSlope(hopMs)
    for (let n = 0; n < 10; n++) final.add(n * hopMs, -40)
    for (let n = 0; n < 8; n++) final.add(5000 + n * hopMs, n)
    expect(final.slope()).toBeCloseTo(1000 / hopMs, 6)
    final.reset()
    expect([final.slope(), final.spanMs()]).toEqual([0, 0])
  })

  it('is 0 where there is too little voice to tell', () => {
    expect(slopeOf(3, ms => ms).slope).toBe(0)
  })
})
