import { describe, expect, it } from 'vitest'
import { arousalCues, createArousalJudge } from './arousal.js'
import { createSpeakerHabit } from './speaker-habit.js'

/** Pitch in semitones above 100 Hz, range in semitones, dBFS, syllables a second, dB per octave, dB. */
const usual = Float64Array.of(12, 9, -20, 4.5, -10, 6)

const changed = (by: readonly number[]) => usual.map((value, cue) => value + (by[cue] ?? 0))

function judged(values: Float64Array, heard = 6, voicedMs = 2000) {
  const habit = createSpeakerHabit()
  for (let n = 0; n < heard; n++) habit.learn(usual, 2000)
  const judge = createArousalJudge(habit)
  judge.judge(values, voicedMs, voicedMs * 1.3)
  return judge.found
}

const excited = changed([3, 4, 3, 0.8, 1.5, 0])
const drowsy = changed([-2.5, -2, -4, -0.9, -1.5, 0])
const flat = changed([-0.5, -5.5, 0, 0, 0, -1])

describe('arousal', () => {
  it('is in the middle where a speaker does as usual', () => {
    expect(judged(usual).arousal).toBeCloseTo(0.5, 1)
    expect(judged(usual).emotion).toBe('neutral')
  })

  it('is high, low or detached by what is unlike the speaker', () => {
    expect(judged(excited)).toMatchObject({ emotion: 'high' })
    expect(judged(excited).arousal).toBeGreaterThan(0.75)
    expect(judged(drowsy)).toMatchObject({ emotion: 'low' })
    expect(judged(drowsy).arousal).toBeLessThan(0.25)
    expect(judged(flat)).toMatchObject({ emotion: 'detached' })
  })

  it('takes a flat and even voice for detached at any level', () => {
    for (const level of [-8, 0, 6]) {
      expect(judged(flat.map((value, cue) => value + (cue === 2 ? level : 0))).emotion).toBe('detached')
    }
    expect(judged(flat.map((value, cue) => value + (cue === 5 ? 4 : 0))).emotion).not.toBe('detached')
  })

  it('says something of the first utterance, and less than of a speaker it knows', () => {
    const first = judged(excited, 0).arousal - judged(drowsy, 0).arousal
    const known = judged(excited).arousal - judged(drowsy).arousal
    expect(first).toBeGreaterThan(0.15)
    expect(known).toBeGreaterThan(first * 1.5)
  })

  it('takes neither a deep nor a high voice for a mood at first', () => {
    for (const pitch of [0, 12])
      expect(Math.abs(judged(Float64Array.of(pitch, 8, -24, 4.2, -9, 6), 0).arousal - 0.5)).toBeLessThan(0.13)
  })

  it('is the sum of its evidence', () => {
    for (const values of [excited, drowsy, flat]) {
      const found = judged(values)
      const sum = found.weights.reduce((total, weight) => total + weight, 0)
      expect(found.arousal).toBeCloseTo(0.5 + sum, 9)
    }
    expect(judged(excited).differences[arousalCues.indexOf('pitch')]).toBeCloseTo(3, 0)
  })

  it('trusts little of what is short', () => {
    expect(Math.abs(judged(excited, 6, 100).arousal - 0.5)).toBeLessThan(0.15)
  })
})

describe('the habit of a speaker', () => {
  it('becomes what the speaker does', () => {
    const habit = createSpeakerHabit()
    const before = habit.usual(0)
    habit.learn(usual, 2000)
    const once = habit.usual(0)
    for (let n = 0; n < 10; n++) habit.learn(usual, 2000)
    expect(Math.abs(once - 12)).toBeLessThan(Math.abs(before - 12) / 2)
    expect(habit.usual(0)).toBeCloseTo(12, 0)
    expect(habit.certainty(0)).toBeGreaterThan(0.85)
    habit.reset()
    expect(habit.usual(0)).toBe(before)
  })

  it('keeps learning from one who changes', () => {
    const habit = createSpeakerHabit()
    for (let n = 0; n < 200; n++) habit.learn(usual, 2000)
    const later = changed([-6])
    for (let n = 0; n < 30; n++) habit.learn(later, 2000)
    expect(Math.abs(habit.usual(0) - 6)).toBeLessThan(1)
  })
})
