import { describe, expect, it } from 'vitest'
import { createEarClock } from './ear-clock.js'

describe('the time at the ear', () => {
  it('runs with the page’s clock through the jitter of the sound card’s', () => {
    const card = { contextTime: 0, performanceTime: 0 }
    const clock = createEarClock({
      ...{ currentTime: 99, baseLatency: 0.01, outputLatency: 0.02 },
      getOutputTimestamp: () => card,
    })
    let before = 0
    for (let ms = 1_000; ms < 5_000; ms += 16) {
      // Told in steps of 20 ms, up to 8 ms off.
      card.performanceTime = ms - (ms % 20)
      card.contextTime = (card.performanceTime - 700) / 1000 + (ms % 3) * 0.004
      const atS = clock(ms)
      if (ms > 2_000) expect(Math.abs(atS - (ms - 696) / 1000)).toBeLessThan(0.004)
      expect(atS).toBeGreaterThan(before)
      before = atS
    }
  })

  it('jumps where the card was stopped', () => {
    const card = { contextTime: 1, performanceTime: 1_000 }
    const clock = createEarClock({
      ...{ currentTime: 99, baseLatency: 0, outputLatency: 0 },
      getOutputTimestamp: () => card,
    })
    expect(clock(1_000)).toBeCloseTo(1)
    card.performanceTime = 9_000
    expect(clock(9_000)).toBeCloseTo(1)
  })

  it('stands still with sound that is suspended', () => {
    const clock = createEarClock({
      ...{ currentTime: 2, baseLatency: 0, outputLatency: 0 },
      getOutputTimestamp: () => ({ contextTime: 1.98, performanceTime: 5_000 }),
    })
    expect(clock(5_010)).toBeCloseTo(1.99)
    expect([clock(6_000), clock(90_000)]).toEqual([2.03, 2.03])
  })

  it('is what is rendered less the latency where the browser says no more', () => {
    expect(createEarClock({ currentTime: 3, baseLatency: 0.01, outputLatency: 0.02 })(500)).toBeCloseTo(2.97)
    const asleep = createEarClock({
      ...{ currentTime: 0, baseLatency: 0.01, outputLatency: Number.NaN },
      getOutputTimestamp: () => ({ contextTime: 0, performanceTime: 0 }),
    })
    expect(asleep(500)).toBeCloseTo(-0.01)
  })
})
