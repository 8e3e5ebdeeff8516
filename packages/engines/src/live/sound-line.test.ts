import { VirtualClock } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { soundLine } from './sound-line.js'
import { unansweredSound } from './unanswered-sound.js'

const rate = 8_000

describe('soundLine', () => {
  it('gives a line without gaps, on which each sample is found where it was spoken', async () => {
    const steps = fc.array(
      fc.record({
        /** How long after the last frame ends the next begins, media ms; and its length, ms. */
        gapMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4_000 })),
        ms: fc.integer({ min: 1, max: 60 }),
        /** How late it arrives, ms. */
        lateMs: fc.integer({ min: 0, max: 300 }),
      }),
      { maxLength: 30 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async frames => {
        const clock = new VirtualClock()
        const given: { readonly value: number; readonly lineMs: number }[] = []
        let lineMs = 0
        const line = soundLine({
          rate,
          clock,
          give(samples) {
            if (samples[0] !== 0) given.push({ value: samples[0] ?? 0, lineMs })
            lineMs += (samples.length * 1000) / rate
          },
          warn: error => {
            throw error
          },
        })
        let mediaMs = 0
        const spoken: number[] = []
        for (const [at, { gapMs, ms, lateMs }] of frames.entries()) {
          mediaMs += gapMs
          await clock.advance(Math.max(0, mediaMs + lateMs - clock.now()))
          spoken.push(mediaMs)
          line.hear({ samples: new Int16Array((ms * rate) / 1000).fill(at + 1), rate, atMs: mediaMs })
          mediaMs += ms
          expect(Math.abs(line.nowMs - mediaMs)).toBeLessThan(6)
        }
        line.close()
        expect(given.map(({ value }) => value)).toEqual(frames.map((_, at) => at + 1))
        for (const [at, { lineMs: place }] of given.entries())
          if (given.length - at < 30)
            expect(Math.abs(line.mediaMs(place) - (spoken[at] ?? 0))).toBeLessThan(6)
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
})

describe('unansweredSound', () => {
  it('keeps the newest, from a little before the first voice on', () => {
    const sound = unansweredSound(rate, 1_000)
    for (let at = 0; at < 100; at++) sound.hear(new Int16Array(160).fill(at >= 90 ? 1_000 : 0))
    expect(sound.spoken().length / 8).toBe(400)
    for (let at = 0; at < 100; at++) sound.hear(new Int16Array(160).fill(at + 1_000))
    expect([sound.spoken().length / 8, sound.spoken()[0]]).toEqual([1_000, 1_050])
    sound.clear()
    sound.hear(new Int16Array(160))
    expect(sound.spoken()).toHaveLength(0)
  })
})
