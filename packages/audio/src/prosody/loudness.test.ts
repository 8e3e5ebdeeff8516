import { describe, expect, it } from 'vitest'
import { createLoudnessMeter, loudnessWeight } from './loudness.js'
import { sineOf } from './voice.test-kit.js'

function loudnessOfSine(rate: number, hz: number, peakDb: number): number {
  const meter = createLoudnessMeter(rate)
  meter.hear(Float64Array.from(sineOf(rate, 1000, hz, 10 ** (peakDb / 20))), rate)
  return meter.measure()
}

describe('momentary loudness', () => {
  it('is what the standard says of its test tone at 48 kHz', () => {
    expect(loudnessOfSine(48_000, 997, 0)).toBeCloseTo(-3.01, 1)
    expect(loudnessOfSine(48_000, 997, -20)).toBeCloseTo(-23.01, 1)
  })

  it.each([8000, 11_025, 16_000, 44_100])('is the same within 0.05 LU at %i Hz', rate => {
    expect(Math.abs(loudnessOfSine(rate, 997, -20) + 23.01)).toBeLessThan(0.05)
    for (const hz of [60, 200, 500, 2000, 3800])
      expect(Math.abs(loudnessOfSine(rate, hz, -20) - loudnessOfSine(48_000, hz, -20))).toBeLessThan(0.05)
  })

  it('weights a frequency as its filters do', () => {
    for (const hz of [60, 200, 997, 3000, 7900]) {
      const power = 10 ** ((loudnessOfSine(48_000, hz, -20) + 0.691) / 10)
      expect(Math.abs(10 * Math.log10((0.005 * loudnessWeight(hz)) / power))).toBeLessThan(0.01)
    }
  })

  it('hears 400 ms and no more, and silence as −100', () => {
    const rate = 16_000
    const meter = createLoudnessMeter(rate)
    expect(meter.measure()).toBe(-100)
    meter.hear(Float64Array.from(sineOf(rate, 200, 997, 0.1)), 3200)
    expect(meter.measure()).toBeCloseTo(-23.01 - 3.01, 0)
    meter.hear(new Float64Array(8000), 8000)
    expect(meter.measure()).toBe(-100)
    meter.hear(Float64Array.from(sineOf(rate, 500, 997, 0.1)), 8000)
    meter.reset()
    expect(meter.measure()).toBe(-100)
  })
})
