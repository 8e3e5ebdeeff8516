import { describe, expect, it } from 'vitest'
import { audioPlace } from './audio-place.js'

const frame = (atMs: number) => ({ samples: new Int16Array(320), rate: 16_000, atMs })

describe('the place of a recogniser’s times', () => {
  it('is the media time, across gaps', () => {
    const place = audioPlace()
    for (const atMs of [1_000, 1_020, 1_040, 5_000, 5_020]) place.sent(frame(atMs))
    expect(place.sentMs).toBe(100)
    expect(place.mediaMs(0)).toBe(1_000)
    expect(place.mediaMs(59)).toBe(1_059)
    expect(place.mediaMs(60)).toBe(5_000)
    expect(place.mediaMs(100)).toBe(5_040)
  })

  it('forgives rounding and keeps a bounded memory', () => {
    const place = audioPlace()
    for (let at = 0; at < 1_000; at++) place.sent(frame(at * 20 + (at % 2) * 0.4))
    expect(place.mediaMs(10_000)).toBeCloseTo(10_000, 0)
    for (let at = 0; at < 1_000; at++) place.sent(frame(100_000 + at * 500))
    expect(place.mediaMs(place.sentMs - 1)).toBeCloseTo(100_000 + 999 * 500 + 19, 3)
  })
})
