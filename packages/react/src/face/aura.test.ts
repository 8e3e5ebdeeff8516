import { describe, expect, it } from 'vitest'
import { auraOf } from './aura.js'

describe('the aura of pitch and energy', () => {
  it.each([
    [0, 0, { shimmer: 0, brightness: 0.4, scale: 1 }],
    [0, 1, { shimmer: 0, brightness: 1, scale: 1.2 }],
    [85, 1, { shimmer: 0, brightness: 1, scale: 1.2 }],
    [440, 1, { shimmer: 1, brightness: 1, scale: 1.25 }],
    [440, 0.5, { shimmer: 0.5, brightness: 0.7, scale: 1.125 }],
    [Math.sqrt(85 * 440), 1, { shimmer: 0.5, brightness: 1, scale: 1.225 }],
    [10_000, 7, { shimmer: 1, brightness: 1, scale: 1.25 }],
    [Number.NaN, Number.NaN, { shimmer: 0, brightness: 0.4, scale: 1 }],
    [-5, -1, { shimmer: 0, brightness: 0.4, scale: 1 }],
    [Number.POSITIVE_INFINITY, 1, { shimmer: 1, brightness: 1, scale: 1.25 }],
  ])('is exact at %f Hz and %f', (pitchHz, energy, expected) => {
    const aura = auraOf({ pitchHz, energy })
    for (const [name, value] of Object.entries(expected)) {
      expect(aura[name as keyof typeof aura]).toBeCloseTo(value, 9)
    }
  })

  it('rises with pitch and with energy', () => {
    const steps = [0.1, 0.3, 0.5, 0.7, 0.9]
    const byEnergy = steps.map(energy => auraOf({ pitchHz: 200, energy }))
    const byPitch = steps.map(step => auraOf({ pitchHz: 100 + 300 * step, energy: 0.6 }))
    for (const series of [byEnergy, byPitch]) {
      for (const [i, aura] of series.entries()) {
        const before = series[i - 1]
        if (before === undefined) continue
        expect(aura.shimmer).toBeGreaterThan(before.shimmer)
        expect(aura.scale).toBeGreaterThan(before.scale)
      }
    }
  })
})
