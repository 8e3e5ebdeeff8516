import type { Emotion, Expression, SpeechPart } from '@parley/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFlite } from './flite.js'
import { louder } from './louder.js'
import { melodyOf } from './melody.test-kit.js'

const text = 'The quick brown fox jumps over the lazy dog, and then it sleeps until the morning.'
const flite = createFlite()
beforeAll(() => flite.warm?.())
afterAll(() => flite.close())

async function say(voice: string, expression: Expression) {
  const parts: SpeechPart[] = []
  for await (const part of flite.speak(
    { text, language: 'en', voice, expression },
    new AbortController().signal,
  ))
    parts.push(part)
  const samples = Int16Array.from(parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : [])))
  const words = parts.flatMap(part => (part.kind === 'word' ? [part] : []))
  return { samples, words, ...melodyOf(samples) }
}

const feel = (voice: string, emotion: Emotion) => say(voice, { emotion })

describe.each(['slt', 'awb', 'kal16'])('the embedded voice %s', voice => {
  it('speaks low, high and detached as they are meant: pace, pitch, range and level', async () => {
    const neutral = await feel(voice, 'neutral')
    const low = await feel(voice, 'low')
    const high = await feel(voice, 'high')
    const detached = await feel(voice, 'detached')
    expect(low.durationMs / neutral.durationMs).toBeGreaterThan(1.1)
    expect(high.durationMs / neutral.durationMs).toBeLessThan(0.94)
    expect(detached.durationMs / neutral.durationMs).toBeGreaterThan(1.02)
    expect(low.semitones - neutral.semitones).toBeLessThan(-1)
    expect(high.semitones - neutral.semitones).toBeGreaterThan(1.5)
    expect(detached.semitones - neutral.semitones).toBeLessThan(-0.1)
    expect(detached.range / neutral.range).toBeLessThan(0.75)
    expect(high.range / neutral.range).toBeGreaterThan(1)
    expect(low.rmsDbfs - neutral.rmsDbfs).toBeLessThan(-1)
    expect(high.rmsDbfs - neutral.rmsDbfs).toBeGreaterThan(1)
  })

  it('places words where they sound in every emotion', async () => {
    const plain = await feel(voice, 'neutral')
    for (const emotion of ['low', 'high', 'detached'] as const) {
      const { words, durationMs } = await feel(voice, emotion)
      expect(words.map(word => word.text).join(' ')).toBe(text)
      for (const [index, { startMs, endMs }] of words.entries()) {
        const before = plain.words[index]
        expect(Math.abs(startMs / durationMs - (before?.startMs ?? 0) / plain.durationMs)).toBeLessThan(0.03)
        expect(endMs).toBeLessThanOrEqual(durationMs)
      }
    }
  })
})

describe('the embedded voice rms', () => {
  it('changes its pace and level, and cannot change its pitch', async () => {
    const neutral = await feel('rms', 'neutral')
    const low = await feel('rms', 'low')
    expect(low.durationMs / neutral.durationMs).toBeGreaterThan(1.1)
    expect(low.rmsDbfs - neutral.rmsDbfs).toBeLessThan(-1)
    expect(Math.abs(low.semitones - neutral.semitones)).toBeLessThan(0.5)
  })
})

describe('expression', () => {
  it('is nothing new where it is neutral, and speed alone changes only the pace', async () => {
    const plain = await say('slt', {})
    expect((await feel('slt', 'neutral')).samples).toEqual(plain.samples)
    const fast = await say('slt', { speed: 1.5 })
    expect(fast.durationMs / plain.durationMs).toBeCloseTo(1 / 1.5, 1)
    expect(Math.abs(fast.semitones - plain.semitones)).toBeLessThan(0.5)
  })

  it('makes speech louder without clipping it', () => {
    const loud = Int16Array.from({ length: 1_000 }, (_, at) => 32_000 * Math.sin(at / 10))
    const lifted = louder(loud, 6)
    expect(Math.max(...lifted)).toBeLessThanOrEqual(32_767)
    expect(lifted.filter(sample => Math.abs(sample) === 32_767)).toHaveLength(0)
    expect(louder(Int16Array.of(1_000, -1_000), 6)).toEqual(Int16Array.of(1_995, -1_995))
    expect(louder(Int16Array.of(32_000), -6)).toEqual(Int16Array.of(16_038))
    expect(louder(loud, 0)).toBe(loud)
  })
})
