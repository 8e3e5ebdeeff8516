import { describe, expect, it } from 'vitest'
import { analyseProsody } from './analyse-prosody.js'
import { joined, noiseOf, sineOf, syllablesOf, voiceOf } from './voice.test-kit.js'

const rate = 16_000
const hum = (durationMs: number, gain: number, hz = 100) => voiceOf({ rate, durationMs, hz, gain })
const over = (one: Float32Array, other: Float32Array) => one.map((value, i) => value + (other[i] ?? 0))

describe('a tone that stands still', () => {
  it.each([
    ['the hum of the mains', hum(12_000, 0.01)],
    ['a loud hum', hum(12_000, 0.1, 120)],
    ['a dial tone', sineOf(rate, 12_000, 425, 0.2)],
    ['a hum in noise', over(hum(12_000, 0.03), noiseOf(12 * rate, 0.002))],
  ])('is taken for speech for 2.1 s at the most and told as no utterance: %s', (_, samples) => {
    const { frames, utterances } = analyseProsody(samples, { rate })
    expect(utterances).toEqual([])
    expect(frames.filter(({ atMs, speaking }) => speaking && atMs > 2_100)).toEqual([])
    expect(frames.filter(({ pitchHz }) => pitchHz > 0).length).toBeGreaterThan(frames.length * 0.9)
  })

  it('hides no voice that begins over it, however soon', () => {
    for (const beforeMs of [1_000, 2_050, 2_300, 6_000]) {
      const spoken = voiceOf({ rate, durationMs: 3_000, hz: ms => 190 + ms / 60, gain: syllablesOf(4) })
      const silence = new Float32Array((beforeMs * rate) / 1000)
      const samples = over(hum(beforeMs + 5_000, 0.004), joined(silence, spoken))
      const { utterances } = analyseProsody(samples, { rate })
      expect(utterances, `${beforeMs} ms`).toHaveLength(1)
      const { untilMs = 0, pitch } = utterances[0] ?? {}
      // Its last syllable fades into the hum.
      expect(Math.abs(untilMs - beforeMs - 3_000), `${beforeMs} ms`).toBeLessThan(300)
      if (beforeMs > 2_000) expect(pitch?.medianHz).toBeGreaterThan(180)
    }
  })

  it('is no vowel that somebody holds', () => {
    // The slow wavering of a voice that tries to hold still, ±1 %.
    const held = (ms: number) => 150 * (1 + 0.01 * Math.sin(ms / 90) * Math.sin(ms / 470))
    const { utterances } = analyseProsody(voiceOf({ rate, durationMs: 6_000, hz: held }), { rate })
    expect(utterances).toHaveLength(1)
    expect(utterances[0]?.untilMs).toBeGreaterThan(5_900)
  })
})
