import { describe, expect, it } from 'vitest'
import { createSampleWindow } from './sample-window.js'
import { sineOf } from './voice.test-kit.js'

const rate = 16_000

function heard(samples: Float32Array, capacity = samples.length) {
  const window = createSampleWindow(capacity, rate)
  window.hear(Float64Array.from(samples), samples.length)
  return window
}

describe('a window of samples', () => {
  it('measures the power of any stretch it remembers, around the end of its ring as well', () => {
    const samples = sineOf(rate, 1000, 400, 0.5)
    samples.fill(0, 0, 12_000)
    const window = heard(samples, 5000)
    window.measure(12_000, 16_000)
    expect(window.found.power).toBeCloseTo(0.125, 2)
    window.measure(11_000, 12_000)
    expect(window.found.power).toBeLessThan(1e-9)
    window.measure(16_000, 17_000)
    expect(window.found.power).toBe(0)
  })

  it('takes direct current out, also where the first sample has it', () => {
    const samples = sineOf(rate, 1000, 400, 0.1).map(sample => sample + 0.5)
    const window = heard(samples)
    window.measure(0, 400)
    expect(window.found.power).toBeCloseTo(0.005, 3)
    window.measure(12_000, 16_000)
    expect(window.found.power).toBeCloseTo(0.005, 4)
    const flat = heard(new Float32Array(4000).fill(0.7))
    flat.measure(0, 4000)
    expect(flat.found.power).toBe(0)
  })

  it('finds clipping in just the stretch that has it', () => {
    const samples = sineOf(rate, 1000, 200, 0.5)
    for (let i = 8000; i < 8200; i++) samples[i] = Math.max(-1, Math.min(1, (samples[i] as number) * 4))
    const window = heard(samples)
    const clippedIn = (from: number, until: number) => {
      window.measure(from, until)
      return window.found.clipped
    }
    expect(clippedIn(0, 8000)).toBe(false)
    expect(clippedIn(7500, 8100)).toBe(true)
    expect(clippedIn(8200, 16_000)).toBe(false)
  })

  it('takes a full sine for what it is, and a telephone at its limit for clipped', () => {
    const window = heard(sineOf(rate, 500, 200, 0.9999))
    window.measure(0, 8000)
    expect(window.found.clipped).toBe(false)
    const limit = 32_124 / 32_768
    const phone = heard(sineOf(rate, 500, 200, 2).map(sample => Math.max(-limit, Math.min(limit, sample))))
    phone.measure(0, 8000)
    expect(phone.found.clipped).toBe(true)
  })
})
