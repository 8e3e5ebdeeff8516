import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Viseme, type VisemeCue, visemes } from './viseme.js'
import { createVisemeEar } from './viseme-ear.js'

function heard(samples: Int16Array, rate: number, block = rate / 50): VisemeCue[] {
  const cues: VisemeCue[] = []
  const ear = createVisemeEar({
    rate,
    told: (viseme, startMs, endMs) => cues.push({ viseme, startMs, endMs }),
  })
  for (let at = 0; at < samples.length; at += block) ear.hear(samples.subarray(at, at + block))
  ear.end()
  return cues
}

/** Resonances of a man's vowels (Peterson and Barney, 1952), with higher ones that hardly change, Hz. */
const aa = [730, 1_090, 2_440, 3_400, 4_400]
const i = [270, 2_290, 3_010, 3_600, 4_500]
const u = [300, 870, 2_240, 3_300, 4_300]

/** A steady vowel: pulses of a voice through its resonances. */
function vowel(rate: number, ms: number, formants: readonly number[], level = 0.3): Int16Array {
  const samples = new Float64Array(Math.round((rate * ms) / 1000))
  const period = Math.round(rate / 120)
  for (let at = 0; at < samples.length; at += period) samples[at] = 1
  for (const [place, hz] of formants.filter(each => each < rate / 2 - 200).entries()) {
    const r = Math.exp((-Math.PI * (80 + 40 * place)) / rate)
    const turn = 2 * r * Math.cos((2 * Math.PI * hz) / rate)
    const gain = 1 - turn + r * r
    for (let at = 0; at < samples.length; at++)
      samples[at] = gain * (samples[at] ?? 0) + turn * (samples[at - 1] ?? 0) - r * r * (samples[at - 2] ?? 0)
  }
  // The slope of a voice, with what the lips take off it.
  for (let at = 1; at < samples.length; at++) samples[at] = (samples[at] ?? 0) + 0.9 * (samples[at - 1] ?? 0)
  return scaled(samples, level)
}

/** Noise without its lower part. */
function hiss(rate: number, ms: number, level = 0.05): Int16Array {
  let seed = 1
  const noise = Float64Array.from({ length: (rate * ms) / 1000 }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 31 - 1
  })
  for (let pass = 0; pass < 4; pass++)
    for (let i = noise.length - 1; i > 0; i--) noise[i] = (noise[i] ?? 0) - (noise[i - 1] ?? 0)
  return scaled(noise, level)
}

function scaled(samples: Float64Array, level: number): Int16Array {
  const most = samples.reduce((all, each) => Math.max(all, Math.abs(each)), 0)
  return Int16Array.from(samples, each => (each / most) * level * 32_767)
}

function joined(...pieces: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

/** The share of a stretch of sound that shows one of these shapes. */
function shareOf(
  cues: readonly VisemeCue[],
  shapes: readonly Viseme[],
  fromMs: number,
  toMs: number,
): number {
  let ms = 0
  for (const { viseme, startMs, endMs } of cues)
    if (shapes.includes(viseme)) ms += Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, startMs))
  return ms / (toMs - fromMs)
}

describe('an ear for the mouth', () => {
  it.each([8_000, 16_000, 22_050, 24_000, 48_000])('tells an open mouth from a closed one at %i Hz', rate => {
    const rest = new Int16Array((rate * 200) / 1000)
    const cues = heard(joined(rest, vowel(rate, 300, aa), rest), rate)
    expect(shareOf(cues, ['aa', 'E', 'O'], 220, 480)).toBeGreaterThan(0.7)
    expect(shareOf(cues, ['sil'], 0, 180)).toBe(1)
    expect(shareOf(cues, ['sil'], 560, 700)).toBeGreaterThan(0.8)
  })

  it('tells spread, round and hissing from each other', () => {
    const rate = 8_000
    const rest = new Int16Array(800)
    const said = [vowel(rate, 300, i), vowel(rate, 300, u), hiss(rate, 300)]
    const cues = heard(joined(...said.flatMap(sound => [rest, sound])), rate)
    expect(shareOf(cues, ['I', 'E'], 120, 380)).toBeGreaterThan(0.6)
    expect(shareOf(cues, ['U', 'O'], 520, 780)).toBeGreaterThan(0.6)
    expect(shareOf(cues, ['SS', 'CH', 'FF'], 920, 1_180)).toBeGreaterThan(0.6)
  })

  it('tells all of any sound, however it comes, in order and without a gap', () => {
    const block = fc.record({ length: fc.nat(3_000), level: fc.constantFrom(0, 30, 3_000, 32_767, 99_999) })
    const rates = fc.constantFrom(8_000, 11_025, 16_000, 44_100)
    fc.assert(
      fc.property(fc.array(block, { maxLength: 6 }), rates, (blocks, rate) => {
        const sound = joined(
          ...blocks.map(({ length, level }) =>
            Int16Array.from({ length }, (_, i) =>
              Math.max(-32_768, Math.min(32_767, level * Math.sin(i * i))),
            ),
          ),
        )
        const cues: VisemeCue[] = []
        const told = (viseme: Viseme, startMs: number, endMs: number) => cues.push({ viseme, startMs, endMs })
        const ear = createVisemeEar({ rate, told })
        let at = 0
        for (const { length } of blocks) {
          ear.hear(sound.subarray(at, at + length))
          at += length
        }
        ear.end()
        let lastMs = 0
        for (const { viseme, startMs, endMs } of cues) {
          expect(visemes).toContain(viseme)
          expect(startMs).toBe(lastMs)
          expect(endMs).toBeGreaterThan(startMs)
          lastMs = endMs
        }
        expect(lastMs).toBeCloseTo((sound.length * 1000) / rate, 6)
        expect(cues).toEqual(heard(sound, rate))
      }),
      { numRuns: 12 },
    )
  })

  it('tells each moment of a moving mouth within 40 ms, and a new sound from 0', () => {
    const rate = 16_000
    const sound = vowel(rate, 400, aa)
    let fedMs = 0
    let latestMs = 0
    let firstMs = -1
    const ear = createVisemeEar({
      rate,
      told(viseme, startMs) {
        if (firstMs < 0) firstMs = startMs
        if (viseme !== 'sil') latestMs = Math.max(latestMs, fedMs - startMs)
      },
    })
    const feed = () => {
      for (let at = 0; at < sound.length; at += 16) {
        fedMs = (at + 16) / 16
        ear.hear(sound.subarray(at, at + 16))
      }
    }
    feed()
    expect(latestMs).toBeGreaterThan(0)
    expect(latestMs).toBeLessThanOrEqual(40)
    ear.end()
    firstMs = -1
    feed()
    expect(firstMs).toBe(0)
  })

  it('keeps the mouth shut in long silence, faint noise and a constant offset', () => {
    const rate = 8_000
    const noise = Int16Array.from({ length: rate * 10 }, (_, i) => 300 + Math.round(8 * Math.sin(i * i)))
    for (const sound of [new Int16Array(rate * 20), noise]) {
      const cues = heard(sound, rate)
      expect(shareOf(cues, ['sil'], 200, (sound.length * 1000) / rate)).toBe(1)
      expect(cues.length).toBeLessThan(130)
    }
  })

  it('refuses rates it cannot hear', () => {
    for (const rate of [0, 4_000, 96_000, Number.NaN])
      expect(() => createVisemeEar({ rate, told: () => {} })).toThrow(RangeError)
  })
})
