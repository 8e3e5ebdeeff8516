import { describe, expect, it } from 'vitest'
import { noise, silence, sine } from '../tone.js'
import { createPitchTracker } from './pitch-tracker.js'

/** A buzz: the first harmonics of a tone, each softer than the one before. */
function buzz(rate: number, hz: number): Int16Array {
  const parts = [1, 2, 3, 4, 5].map(n => sine({ rate, durationMs: 200, hz: n * hz, amplitude: 0.3 / n }))
  return Int16Array.from({ length: (rate * 200) / 1000 }, (_, i) =>
    parts.reduce((sum, part) => sum + (part[i] as number), 0),
  )
}

function track(rate: number, samples: Int16Array) {
  const pitch = createPitchTracker({ rate })
  pitch.hear(samples)
  pitch.analyse()
  return pitch
}

describe.each([8000, 16000])('the pitch tracker at %i Hz', rate => {
  it.each([75, 110, 180, 250, 380])('finds a buzz of %i Hz, not its octave', hz => {
    const pitch = track(rate, buzz(rate, hz))
    expect(Math.abs(pitch.hz / hz - 1)).toBeLessThan(0.02)
    expect(pitch.voicing).toBeGreaterThan(0.9)
  })

  it('finds no voice in noise and none in silence', () => {
    expect(track(rate, noise({ rate, durationMs: 200 })).voicing).toBeLessThan(0.7)
    expect(track(rate, silence({ rate, durationMs: 200 })).hz).toBe(0)
  })
})

describe('the pitch tracker', () => {
  it('refuses a rate it cannot bring down', () => {
    expect(() => createPitchTracker({ rate: 11_025 })).toThrow(RangeError)
  })
})
