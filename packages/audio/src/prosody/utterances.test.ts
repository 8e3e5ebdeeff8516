import { describe, expect, it } from 'vitest'
import { analyseProsody } from './analyse-prosody.js'
import { joined, noiseOf, syllablesOf, voiceOf } from './voice.test-kit.js'

const rate = 16_000
const silence = (ms: number) => noiseOf((ms * rate) / 1000, 0.0005)

/** A voice that stays at 150 Hz and goes by so many semitones in its last 300 ms. */
const ending = (semitones: number) => (ms: number) =>
  150 * 2 ** ((semitones * Math.max(0, Math.min(1, (ms - 900) / 300))) / 12)

function utterancesOf(...parts: readonly Float32Array[]) {
  return analyseProsody(joined(...parts), { rate }).utterances
}

describe('an utterance', () => {
  it.each([
    ['rise', 6],
    ['level', 0.5],
    ['fall', -3],
  ] as const)('ends in a %s where its pitch goes by %d semitones', (final, semitones) => {
    const [told] = utterancesOf(
      silence(300),
      voiceOf({ rate, durationMs: 1200, hz: ending(semitones) }),
      silence(900),
    )
    expect(told?.pitch?.final).toBe(final)
    expect(Math.abs((told?.pitch?.finalSlope ?? Number.NaN) - semitones / 0.3)).toBeLessThan(4)
  })

  it('begins and ends where its voice does', () => {
    const [told] = utterancesOf(silence(500), voiceOf({ rate, durationMs: 1000, hz: 120 }), silence(900))
    expect(Math.abs((told?.fromMs ?? 0) - 500)).toBeLessThan(30)
    expect(Math.abs((told?.untilMs ?? 0) - 1500)).toBeLessThan(30)
    expect(told?.pitch?.medianHz).toBeCloseTo(120, 0)
    expect(told?.pitch?.rangeSemitones).toBeLessThan(0.5)
    expect(told?.voicedFraction).toBeGreaterThan(0.95)
  })

  it('tells how far its pitch strays', () => {
    const wide = (ms: number) => 200 * 2 ** ((4 * Math.sin((2 * Math.PI * ms) / 1000)) / 12)
    const [told] = utterancesOf(silence(300), voiceOf({ rate, durationMs: 2000, hz: wide }), silence(900))
    expect(told?.pitch?.rangeSemitones).toBeGreaterThan(7)
    expect(told?.pitch?.rangeSemitones).toBeLessThan(8.2)
    expect(told?.pitch?.medianHz).toBeGreaterThan(190)
    expect(told?.pitch?.medianHz).toBeLessThan(211)
  })

  it.each([2, 4, 7])('counts %i syllables a second', perSecond => {
    const [told] = utterancesOf(
      silence(300),
      voiceOf({ rate, durationMs: 3000, hz: 140, gain: syllablesOf(perSecond) }),
      silence(900),
    )
    expect(told?.syllables).toBe(3 * perSecond)
    expect(Math.abs((told?.syllableRate ?? 0) - perSecond)).toBeLessThan(0.15 * perSecond)
  })

  it('counts its pauses and leaves them out of its rate and level', () => {
    const word = voiceOf({ rate, durationMs: 800, hz: 140, gain: syllablesOf(5) })
    const [told, more] = utterancesOf(
      silence(400),
      word,
      silence(400),
      word,
      silence(300),
      word,
      silence(900),
    )
    expect(more).toBeUndefined()
    expect(told?.pauses).toBe(2)
    expect(Math.abs((told?.pauseMs ?? 0) - 700)).toBeLessThan(150)
    expect(told?.syllables).toBe(12)
    expect(Math.abs((told?.syllableRate ?? 0) - 5)).toBeLessThan(0.7)
    const [alone] = utterancesOf(silence(400), word, silence(900))
    expect(Math.abs((told?.levelDb ?? 0) - (alone?.levelDb ?? 0))).toBeLessThan(0.5)
    expect(Math.abs((told?.loudness ?? 0) - (alone?.loudness ?? 0))).toBeLessThan(0.5)
  })

  it('is over after 600 ms of silence, and told at the end where no silence comes', () => {
    const word = voiceOf({ rate, durationMs: 600, hz: 140, gain: syllablesOf(5) })
    expect(utterancesOf(silence(200), word, silence(800), word)).toHaveLength(2)
    expect(utterancesOf(word)).toHaveLength(1)
  })

  it('has no pitch where hardly any of it was voiced, and is none where nothing was', () => {
    const short = utterancesOf(silence(400), voiceOf({ rate, durationMs: 75, hz: 140 }), silence(900))
    for (const told of short) expect(told.pitch).toBeUndefined()
    expect(utterancesOf(silence(200), noiseOf(8000, 0.1), silence(900))).toEqual([])
  })
})

describe('speech among other sounds', () => {
  it('is not held up by voices far behind it', () => {
    const own = voiceOf({ rate, durationMs: 1500, hz: 140, gain: syllablesOf(4) })
    const behind = voiceOf({ rate, durationMs: 2500, hz: 230, gain: ms => 0.07 * syllablesOf(5)(ms) })
    const { frames, utterances } = analyseProsody(joined(silence(500), own, behind), { rate })
    expect(utterances).toHaveLength(1)
    expect(utterances[0]?.pitch?.medianHz).toBeCloseTo(140, -1)
    expect(frames.find(frame => frame.atMs > 2800)?.speaking).toBe(false)
  })

  it('does not begin with noise that stays', () => {
    const hum = voiceOf({ rate, durationMs: 12_000, hz: 100, gain: 0.0006 })
    const { frames } = analyseProsody(hum, { rate })
    expect(frames.at(-1)?.speaking).toBe(false)
  })
})
