import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyseProsody } from './analyse-prosody.js'
import { createProsodyAnalyser } from './create-prosody-analyser.js'
import type { ProsodyFrame } from './prosody-frame.js'
import { joined, median, noiseOf, sineOf, syllablesOf, voiceOf } from './voice.test-kit.js'

const rates = [8000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000]

function requireFinite(frame: ProsodyFrame): void {
  for (const [name, value] of Object.entries(frame))
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${name} is ${value}`)
}

describe('frames of prosody', () => {
  it.each(rates)('say of one voice the same at %i Hz', rate => {
    const { frames } = analyseProsody(
      joined(voiceOf({ rate, durationMs: 1000, hz: 210, gain: syllablesOf(4) }), new Float32Array(rate >> 1)),
      { rate },
    )
    const voiced = frames.filter(frame => frame.pitchHz > 0 && frame.energy > 0.5)
    const middle = (pick: (frame: ProsodyFrame) => number) => median(voiced.map(pick))
    expect(middle(frame => frame.pitchHz) / 210).toBeCloseTo(1, 2)
    expect(middle(frame => frame.voicing)).toBeGreaterThan(0.8)
    expect(Math.abs(middle(frame => frame.levelDb) + 20.5)).toBeLessThan(0.2)
    expect(Math.abs(middle(frame => frame.loudness) + 22)).toBeLessThan(0.2)
    expect(Math.abs(middle(frame => frame.tilt) + 6)).toBeLessThan(0.3)
    expect(Math.abs(middle(frame => frame.centroidHz) / 455 - 1)).toBeLessThan(0.03)
    expect(middle(frame => frame.harmonicity)).toBeGreaterThan(15)
    expect(Math.abs(middle(frame => frame.semitones))).toBeLessThan(0.2)
    expect(frames[20]?.speaking).toBe(true)
  })

  it('come one for each hop, at the middle of what they look at', () => {
    const samples = noiseOf(16_000, 0.1)
    for (const [frameSize, hopSize] of [
      [1024, 512],
      [1024, 256],
      [1024, 1024],
      [320, 80],
      [2048, 999],
    ] as const) {
      const { frames } = analyseProsody(samples, { rate: 16_000, frameSize, hopSize })
      expect(frames).toHaveLength(Math.floor(16_000 / hopSize))
      for (const [n, frame] of frames.entries())
        expect(frame.atMs).toBeCloseTo((n * hopSize + frameSize / 2) / 16, 6)
    }
  })

  it('come no later than they promise, 38 ms past their middle where hops are multiples of 16 ms', () => {
    for (const rate of [8000, 16_000]) {
      const frameSize = (64 * rate) / 1000
      const analyser = createProsodyAnalyser({ rate, frameSize, hopSize: frameSize / 2 })
      expect(analyser.delayMs).toBeLessThanOrEqual(38)
      const accurate = createProsodyAnalyser({ rate, frameSize, hopSize: frameSize / 2, manner: 'accurate' })
      expect(accurate.delayMs).toBeLessThanOrEqual(38)
    }
    for (const rate of [8000, 44_100]) {
      const analyser = createProsodyAnalyser({ rate })
      let heardMs = 0
      let frames = 0
      const sink = {
        frame: ({ atMs }: ProsodyFrame) => {
          frames++
          expect(heardMs - atMs).toBeLessThanOrEqual(analyser.delayMs)
        },
      }
      const samples = noiseOf(rate >> 1, 0.1)
      const step = Math.round(rate / 1000)
      for (let at = 0; at < samples.length; at += step) {
        heardMs = (at * 1000) / rate
        analyser.hear(samples.subarray(at, at + step), sink)
      }
      expect(frames).toBeGreaterThan(10)
      expect(analyser.delayMs).toBeLessThan(48)
    }
  })

  it('are the same however the samples are cut', () => {
    const rate = 22_050
    const samples = joined(
      voiceOf({ rate, durationMs: 700, hz: 140, gain: syllablesOf(5) }),
      noiseOf(rate, 0.02),
    )
    const whole = analyseProsody(samples, { rate })
    expect(whole.utterances).toHaveLength(1)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 20 }), sizes => {
        const analyser = createProsodyAnalyser({ rate })
        const frames: ProsodyFrame[] = []
        const utterances: unknown[] = []
        const sink = {
          frame: (frame: ProsodyFrame) => frames.push({ ...frame }),
          utterance: (told: unknown) => utterances.push(told),
        }
        for (let at = 0, n = 0; at < samples.length; n++) {
          const size = sizes[n % sizes.length] as number
          analyser.hear(samples.subarray(at, at + size), sink)
          at += size
        }
        analyser.end(sink)
        expect(frames).toEqual(whole.frames)
        expect(utterances).toEqual(whole.utterances)
      }),
      { numRuns: 5 },
    )
  })

  it('hear whole numbers as they hear fractions', () => {
    const samples = voiceOf({ rate: 16_000, durationMs: 600, hz: 180 })
    const whole = Int16Array.from(samples, sample => Math.round(sample * 32_768))
    const one = analyseProsody(samples, { rate: 16_000 }).frames
    const other = analyseProsody(whole, { rate: 16_000 }).frames
    for (const [i, frame] of one.entries()) {
      expect(other[i]?.levelDb).toBeCloseTo(frame.levelDb, 1)
      expect(other[i]?.pitchHz).toBeCloseTo(frame.pitchHz, 0)
    }
  })

  it('stay steady through a minute of silence, and after it hear as before', () => {
    const rate = 8000
    const analyser = createProsodyAnalyser({ rate })
    const quiet = new Int16Array(rate)
    const told: ProsodyFrame[] = []
    for (let s = 0; s < 66; s++) {
      analyser.hear(quiet, {
        frame: frame => {
          requireFinite(frame)
          if (told.length < 2000) told.push({ ...frame })
        },
      })
    }
    expect(told).toHaveLength(2000)
    expect({ ...told.at(-1), atMs: 0 }).toEqual({ ...told[0], atMs: 0 })
    expect(told[0]).toMatchObject({ pitchHz: 0, energy: 0, rms: 0, levelDb: -100, loudness: -100, tilt: 0 })
    expect(told[0]).toMatchObject({ centroidHz: 0, harmonicity: -20, syllableRate: 0, speaking: false })
    expect(told[0]).toMatchObject({ arousal: 0.5, emotion: 'neutral', clipped: false, voicedFraction: 0 })
    const pitches: number[] = []
    analyser.hear(voiceOf({ rate, durationMs: 800, hz: 130 }), {
      frame: frame => pitches.push(frame.pitchHz),
    })
    expect(median(pitches)).toBeCloseTo(130, 0)
  })

  it('never tell what is no number, whatever comes', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, -1e30, 0, 1, -1, 1e-40]
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...odd), fc.float({ min: -2, max: 2 })), { minLength: 1 }),
        fc.constantFrom(...rates),
        fc.boolean(),
        (values, rate, voiced) => {
          const base = voiced ? voiceOf({ rate, durationMs: 300, hz: 200, gain: 0.5 }) : noiseOf(rate >> 2, 1)
          const samples = base.map((sample, i) =>
            i % 7 === 0 ? (values[i % values.length] as number) : sample,
          )
          const { frames, utterances } = analyseProsody(samples, { rate })
          expect(frames.length).toBeGreaterThan(3)
          for (const frame of frames) {
            requireFinite(frame)
            expect(frame.energy).toBeLessThanOrEqual(1)
            expect(frame.rms).toBeLessThanOrEqual(2)
          }
          expect(JSON.stringify(utterances)).not.toContain('null')
        },
      ),
      { numRuns: 10 },
    )
  })

  it('hear the same over direct current, and mark what is clipped', () => {
    const rate = 16_000
    const samples = voiceOf({ rate, durationMs: 800, hz: 150 })
    const plain = analyseProsody(samples, { rate }).frames
    const shifted = analyseProsody(
      samples.map(sample => sample + 0.4),
      { rate },
    ).frames
    for (const [i, frame] of plain.entries()) {
      expect(shifted[i]?.levelDb).toBeCloseTo(frame.levelDb, 1)
      expect(shifted[i]?.pitchHz).toBeCloseTo(frame.pitchHz, 0)
      expect(shifted[i]?.clipped).toBe(false)
    }
    const loud = analyseProsody(
      samples.map(sample => sample * 20),
      { rate },
    ).frames
    expect(loud.filter(frame => frame.clipped).length).toBeGreaterThan(loud.length - 3)
  })

  it('have energy that rises with the level in even steps', () => {
    const energyAt = (amplitude: number) =>
      analyseProsody(sineOf(16_000, 400, 300, amplitude), { rate: 16_000 }).frames[4]?.energy ?? Number.NaN
    expect(energyAt(0.5) - energyAt(0.05)).toBeCloseTo(20 / 60, 3)
    expect(energyAt(0.05) - energyAt(0.005)).toBeCloseTo(20 / 60, 3)
    expect(energyAt(0.0005)).toBe(0)
    expect(energyAt(1)).toBeCloseTo(1 - 3.01 / 60, 3)
  })

  it('tell noise from voice', () => {
    const { frames, utterances } = analyseProsody(noiseOf(32_000, 0.2), { rate: 16_000 })
    expect(frames.filter(frame => frame.pitchHz > 0).length / frames.length).toBeLessThan(0.1)
    expect(Math.abs(median(frames.map(frame => frame.tilt)))).toBeLessThan(0.8)
    expect(utterances).toEqual([])
  })
})

describe('an analyser of prosody', () => {
  it('begins anew after its end and after a reset', () => {
    const rate = 16_000
    const samples = voiceOf({ rate, durationMs: 500, hz: 250, gain: syllablesOf(4) })
    const analyser = createProsodyAnalyser({ rate })
    const listen = () => {
      const frames: ProsodyFrame[] = []
      const sink = { frame: (frame: ProsodyFrame) => frames.push({ ...frame }) }
      analyser.hear(samples, sink)
      return { frames, sink }
    }
    const first = listen()
    analyser.end(first.sink)
    const second = listen()
    analyser.reset()
    const third = listen()
    expect(second.frames).toEqual(first.frames.slice(0, second.frames.length))
    expect(third.frames).toEqual(second.frames)
    analyser.reset()
    analyser.end({ frame: () => expect.unreachable('nothing was heard') })
  })

  it('says what may be asked of it', () => {
    const make = (options: object) => () => createProsodyAnalyser({ rate: 16_000, ...options })
    expect(make({ rate: 7999 })).toThrow('rate is 7999; give an integer of 8000–48000 Hz.')
    expect(make({ rate: Number.NaN })).toThrow(RangeError)
    expect(make({ frameSize: 319 })).toThrow('frameSize is 319; give an integer of 320–2048 samples.')
    expect(make({ frameSize: 1024.5 })).toThrow(RangeError)
    expect(make({ hopSize: 79 })).toThrow('hopSize is 79; give an integer of 80–1024 samples.')
    expect(make({ hopSize: 1025 })).toThrow(RangeError)
    expect(make({ manner: 'slow' })).toThrow('manner is slow; give fast or accurate.')
    expect(createProsodyAnalyser({ rate: 16_000 })).toMatchObject({ frameSize: 1024, hopSize: 512 })
  })
})
