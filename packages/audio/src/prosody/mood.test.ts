import { describe, expect, it } from 'vitest'
import { analyseProsody } from './analyse-prosody.js'
import { joined, median, syllablesOf, voiceOf } from './voice.test-kit.js'

const rate = 8000

/** A sentence of 2 s about `hz`, that strays by `stray` semitones to both sides, at `level` dB of what is usual. */
function sentence(hz: number, stray: number, level: number, perSecond: number): Float32Array {
  const gain = 10 ** (level / 20)
  return voiceOf({
    rate,
    durationMs: 2000,
    hz: ms => hz * 2 ** ((stray * Math.sin((2 * Math.PI * ms) / 900)) / 12),
    gain: ms => 0.4 * gain * syllablesOf(perSecond)(ms),
  })
}

const silence = (ms: number) => new Float32Array((ms * rate) / 1000)
const usual = [sentence(140, 3, 0, 4), silence(800)]

describe('the mood of frames', () => {
  it('follows the speaker, is held after speech, and goes back to the middle', () => {
    const before = [...usual, ...usual, ...usual]
    const fromMs = 8400
    const excited = sentence(180, 5, 6, 5)
    const { frames } = analyseProsody(joined(...before, excited, silence(9000)), { rate })
    const between = (first: number, last: number) =>
      frames.filter(frame => frame.atMs >= fromMs + first && frame.atMs <= fromMs + last)
    const usually = between(-1800, -1000).map(frame => frame.arousal)
    expect(Math.abs(median(usually) - 0.5)).toBeLessThan(0.1)
    expect(median(between(1000, 2000).map(frame => frame.arousal))).toBeGreaterThan(0.7)
    expect(between(1200, 3500).every(frame => frame.emotion === 'high')).toBe(true)
    const late = between(9500, 10_500)
    expect(Math.abs(median(late.map(frame => frame.arousal)) - 0.5)).toBeLessThan(0.05)
    expect(late.every(frame => frame.emotion === 'neutral')).toBe(true)
  })

  it('changes little from one frame to the next', () => {
    const { frames } = analyseProsody(joined(...usual, sentence(190, 5, 8, 5)), { rate })
    for (const [i, frame] of frames.entries())
      expect(Math.abs(frame.arousal - (frames[i - 1] ?? frame).arousal)).toBeLessThan(0.2)
  })
})
