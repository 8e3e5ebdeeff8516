import { describe, expect, it } from 'vitest'
import { createProsodyAnalyser } from './create-prosody-analyser.js'
import type { ProsodyFrame } from './prosody-frame.js'

describe('an analyser of prosody', () => {
  it.each([8000, 16_000, 44_100, 48_000])('finds the pitch of a voice at %i Hz', rate => {
    const analyser = createProsodyAnalyser({ rate })
    const samples = Float32Array.from({ length: rate }, (_, i) => {
      const turn = (2 * Math.PI * 200 * i) / rate
      return 0.1 * Math.sin(turn) + 0.05 * Math.sin(2 * turn)
    })
    const frames: ProsodyFrame[] = []
    const sink = { frame: (frame: ProsodyFrame) => frames.push({ ...frame }) }
    analyser.hear(samples, sink)
    analyser.end(sink)
    expect(frames).toHaveLength(Math.floor(rate / analyser.hopSize))
    expect(frames[15]?.pitchHz).toBeCloseTo(200, 0)
    expect(frames[15]?.levelDb).toBeCloseTo(-22.04, 0)
  })
})
