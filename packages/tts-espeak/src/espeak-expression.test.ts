import { createPitchTracker, measureLevel } from '@parley/audio'
import { type Emotion, type Expression, emotions, prosodyOf, type SpeechPart } from '@parley/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEspeak } from './espeak.js'
import { espeakManner } from './espeak-manner.js'

const espeak = createEspeak()
beforeAll(() => espeak.warm?.())
afterAll(() => espeak.close())

const texts = {
  es: 'El veloz murciélago hindú comía feliz cardillo y kiwi, y luego se durmió hasta la mañana.',
  en: 'The quick brown fox jumps over the lazy dog, and then it sleeps until the morning.',
}

async function say(language: keyof typeof texts, expression: Expression) {
  const parts: SpeechPart[] = []
  const request = { text: texts[language], language, expression }
  for await (const part of espeak.speak(request, new AbortController().signal)) parts.push(part)
  const samples = Int16Array.from(parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : [])))
  const words = parts.flatMap(part => (part.kind === 'word' ? [part] : []))
  return { samples, words, ...melodyOf(samples) }
}

/** Pace, pitch in semitones above 100 Hz, range between the outer tenths, and level. */
function melodyOf(samples: Int16Array) {
  const tracker = createPitchTracker({ rate: 16_000 })
  const slow = to16k(samples)
  const pitches: number[] = []
  for (let at = 0; at + 160 <= slow.length; at += 160) {
    tracker.hear(slow.subarray(at, at + 160))
    tracker.analyse()
    if (tracker.hz > 0 && tracker.voicing > 0.8) pitches.push(12 * Math.log2(tracker.hz / 100))
  }
  pitches.sort((one, other) => one - other)
  const at = (share: number) => pitches[Math.floor(share * (pitches.length - 1))] ?? 0
  return {
    durationMs: samples.length / 22.05,
    semitones: at(0.5),
    range: at(0.9) - at(0.1),
    rmsDbfs: measureLevel(samples).rmsDbfs,
  }
}

/** By straight lines, which is enough to find a pitch. */
function to16k(samples: Int16Array): Int16Array {
  return Int16Array.from({ length: Math.floor((samples.length * 16_000) / 22_050) }, (_, index) => {
    const at = (index * 22_050) / 16_000
    const left = samples[Math.floor(at)] ?? 0
    return left + ((samples[Math.floor(at) + 1] ?? left) - left) * (at % 1)
  })
}

describe.each(['es', 'en'] as const)('espeak with expression in %s', language => {
  const feel = (emotion: Emotion) => say(language, { emotion })

  it('speaks low, high and detached as they are meant: pace, pitch, range and level', async () => {
    const [neutral, low, high, detached] = [
      await feel('neutral'),
      await feel('low'),
      await feel('high'),
      await feel('detached'),
    ]
    expect(low.durationMs / neutral.durationMs).toBeGreaterThan(1.1)
    expect(high.durationMs / neutral.durationMs).toBeLessThan(0.94)
    expect(detached.durationMs / neutral.durationMs).toBeGreaterThan(1.02)
    expect(low.semitones - neutral.semitones).toBeLessThan(-1)
    expect(high.semitones - neutral.semitones).toBeGreaterThan(2)
    expect(detached.semitones - neutral.semitones).toBeLessThan(-0.4)
    expect(detached.semitones - neutral.semitones).toBeGreaterThan(-2)
    expect(detached.range / neutral.range).toBeLessThan(0.7)
    expect(high.range / neutral.range).toBeGreaterThan(1.05)
    expect(low.rmsDbfs - neutral.rmsDbfs).toBeLessThan(-1)
    expect(high.rmsDbfs - neutral.rmsDbfs).toBeGreaterThan(1)
  })

  it('places words where they sound in every emotion', async () => {
    const plain = await feel('neutral')
    for (const emotion of ['low', 'high', 'detached'] as const) {
      const { words, durationMs } = await feel(emotion)
      expect(words.map(word => word.text).join(' ')).toBe(texts[language])
      for (const [index, { startMs, endMs }] of words.entries()) {
        const before = (plain.words[index]?.startMs ?? 0) / plain.durationMs
        expect(Math.abs(startMs / durationMs - before)).toBeLessThan(0.03)
        expect(endMs).toBeLessThanOrEqual(durationMs + 0.001)
      }
    }
  })

  it('is itself again after an emotion', async () => {
    const plain = await say(language, {})
    await feel('angry')
    expect((await feel('neutral')).durationMs).toBeCloseTo(plain.durationMs, -2)
  })
})

describe('the numbers of espeak-ng', () => {
  it('are its own where nothing is asked, and within its bounds for every emotion and speed', () => {
    expect(espeakManner(160, prosodyOf({}))).toEqual({
      wordsPerMinute: 160,
      pitch: 50,
      range: 50,
      volume: 100,
    })
    for (const emotion of emotions) {
      for (const speed of [0.5, 1, 2]) {
        const manner = espeakManner(160, prosodyOf({ emotion, speed }))
        expect(manner.wordsPerMinute).toBeGreaterThanOrEqual(80)
        expect(manner.wordsPerMinute).toBeLessThanOrEqual(450)
        for (const value of [manner.pitch, manner.range]) expect(value > 0 && value < 100).toBe(true)
        expect(manner.volume > 0 && manner.volume <= 200).toBe(true)
      }
    }
  })
})
