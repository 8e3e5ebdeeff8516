import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadFastFourier } from '../fourier/fast-fourier.js'
import { createPlainFourier } from '../fourier/plain-fourier.js'
import { createPitchAnalyser, type PitchAnalyserOptions } from './pitch-analyser.js'
import type { PitchLook } from './pitch-look.js'

const fast = await loadFastFourier()
const pitches = [85, 98, 110, 130.8, 165, 196, 220, 261.6, 330, 392, 440]

describe.each([
  ['plain', createPlainFourier],
  ['fast', fast],
] as const)('the pitch analyser on the %s transform', (_, fourier) => {
  it.each([8000, 16_000] as const)('hears sines of 85–440 Hz at %i Hz', rate => {
    for (const hz of pitches) {
      const looks = analyse(tone(hz, rate, 400), { rate, fourier })
      const inside = looks.filter(({ atMs }) => atMs >= 30 && atMs <= 370)
      for (const look of inside)
        expect(Math.abs(look.hz / hz - 1), `${hz} Hz at ${look.atMs} ms`).toBeLessThan(0.03)
    }
  })

  it.each([8000, 16_000] as const)('hears them at %i Hz in bursts of 64 ms', rate => {
    for (const hz of pitches) {
      const samples = new Float32Array((rate * 300) / 1000)
      samples.set(tone(hz, rate, 64), (rate * 120) / 1000)
      const looks = analyse(samples, { rate, fourier }).filter(({ atMs }) => atMs >= 120 && atMs <= 184)
      const voiced = looks.filter(look => look.hz > 0)
      expect(voiced.length, `${hz} Hz`).toBeGreaterThanOrEqual(2)
      for (const look of voiced)
        expect(Math.abs(look.hz / hz - 1), `${hz} Hz at ${look.atMs} ms`).toBeLessThan(0.03)
    }
  })
})

describe('the pitch analyser', () => {
  it('tells a look for every hop, the first at 0, the last within a hop of the end', () => {
    for (const [manner, hop] of [
      ['fast', 16],
      ['accurate', 8],
    ] as const) {
      const looks = analyse(new Float32Array(16_000), { rate: 16_000, manner })
      expect(looks.map(({ atMs }) => atMs)).toEqual(Array.from({ length: looks.length }, (_, i) => i * hop))
      expect(looks.at(-1)?.atMs).toBeGreaterThan(1000 - 2 * hop)
      expect(looks.at(-1)?.atMs).toBeLessThanOrEqual(1000)
    }
  })

  it('hears the same whatever the pieces are that the sound comes in', () => {
    const sound = new Float32Array([
      ...tone(140, 8000, 300),
      ...new Float32Array(800),
      ...tone(210, 8000, 200),
    ])
    const whole = analyse(sound, { rate: 8000 })
    void fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 20 }), sizes => {
        expect(analyse(sound, { rate: 8000 }, sizes)).toEqual(whole)
      }),
      { numRuns: 8 },
    )
  })

  it('takes samples of 16 bits and of full scale 1 alike', () => {
    const short = Int16Array.from(tone(180, 16_000, 300), sample => Math.round(sample * 32_768))
    expect(analyse(short, { rate: 16_000 })).toEqual(
      analyse(
        Float32Array.from(short, sample => sample / 32_768),
        { rate: 16_000 },
      ),
    )
  })

  it('hears the pitch through an offset and through clipping', () => {
    const rough = tone(150, 16_000, 400).map(sample => Math.max(-0.6, Math.min(0.6, 4 * sample + 0.25)))
    const looks = analyse(rough, { rate: 16_000 }).filter(({ atMs }) => atMs >= 30 && atMs <= 370)
    for (const look of looks) expect(Math.abs(look.hz / 150 - 1)).toBeLessThan(0.03)
  })

  it('says nothing of silence, of an offset and of noise', () => {
    let seed = 7
    const noise = Float32Array.from({ length: 16_000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647
      return (seed / 2_147_483_647 - 0.5) * 0.2
    })
    for (const sound of [new Float32Array(16_000), new Float32Array(16_000).fill(0.5), noise]) {
      const looks = analyse(sound, { rate: 16_000 })
      expect(looks.filter(({ hz }) => hz > 0).length).toBeLessThanOrEqual(2)
      expect(looks.filter(({ harmonicity }) => harmonicity === -20).length).toBeGreaterThanOrEqual(
        looks.length - 2,
      )
    }
  })

  it('stays finite and goes on whatever the samples are', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, -1e30, 0, 1]
    const sample = fc.oneof(fc.constantFrom(...odd), fc.float())
    void fc.assert(
      fc.property(fc.array(sample, { minLength: 400, maxLength: 3000 }), samples => {
        const analyser = createPitchAnalyser({ rate: 8000 })
        const looks: PitchLook[] = []
        const tell = (look: PitchLook): void => void looks.push({ ...look })
        analyser.hear(Float32Array.from(samples), tell)
        analyser.hear(tone(220, 8000, 400), tell)
        analyser.end(tell)
        for (const { hz, voicing, harmonicity } of looks) {
          expect(hz === 0 || (hz >= 55 && hz <= 640)).toBe(true)
          expect(voicing >= 0 && voicing <= 1 && harmonicity >= -20 && harmonicity <= 40).toBe(true)
        }
        expect(Math.abs((looks.at(-6)?.hz ?? 0) / 220 - 1)).toBeLessThan(0.03)
      }),
      { numRuns: 8 },
    )
  })

  it('gives powers that add up to the mean square of the samples', () => {
    const samples = tone(300, 16_000, 200)
    let total = 0
    createPitchAnalyser({ rate: 16_000 }).hear(samples, ({ atMs, power }) => {
      if (atMs === 96) total = power.reduce((sum, value) => sum + value, 0)
    })
    expect(total).toBeCloseTo(0.3 ** 2 / 2, 4)
  })

  it('is as new after a reset', () => {
    const analyser = createPitchAnalyser({ rate: 16_000 })
    const sound = tone(120, 16_000, 300)
    const hear = () => {
      const looks: Told[] = []
      const tell = (look: PitchLook): void => void looks.push(told(look))
      analyser.hear(sound, tell)
      analyser.end(tell)
      analyser.reset()
      return looks
    }
    expect(hear()).toEqual(hear())
  })

  it.each([0, 11_025, 24_000, 48_000])('refuses %i Hz', rate => {
    expect(() => createPitchAnalyser({ rate: rate as 8000 })).toThrow(RangeError)
  })
})

type Told = Omit<PitchLook, 'power'>

function told({ atMs, hz, voicing, harmonicity }: PitchLook): Told {
  return { atMs, hz, voicing, harmonicity }
}

function analyse(
  samples: Float32Array | Int16Array,
  options: PitchAnalyserOptions,
  sizes: readonly number[] = [320],
): Told[] {
  const analyser = createPitchAnalyser(options)
  const looks: Told[] = []
  const tell = (look: PitchLook): void => void looks.push(told(look))
  for (let from = 0, turn = 0; from < samples.length; turn++) {
    // A piece may be empty, but not all of them.
    const size = turn > 200 ? 512 : (sizes[turn % sizes.length] as number)
    analyser.hear(samples.subarray(from, from + size), tell)
    from += size
  }
  analyser.end(tell)
  return looks
}

function tone(hz: number, rate: number, durationMs: number): Float32Array {
  const length = (rate * durationMs) / 1000
  return Float32Array.from({ length }, (_, i) => 0.3 * Math.sin((2 * Math.PI * hz * i) / rate))
}
