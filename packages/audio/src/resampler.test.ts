import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadResampling, type Resampler, type Resampling } from './resampler.js'
import { noise, sine } from './tone.js'

let resampling: Resampling
beforeAll(async () => {
  resampling = await loadResampling()
})

/** Pushes all samples through in frames of the given sizes, over and over, and takes the tail as well. */
function convert(resampler: Resampler, samples: Int16Array, sizes: readonly number[] = [320]): Int16Array {
  const pieces: Int16Array[] = []
  let at = 0
  for (let turn = 0; at < samples.length; turn++) {
    const size = sizes[turn % sizes.length] as number
    pieces.push(resampler.process(samples.subarray(at, at + size)).slice())
    at += size
  }
  pieces.push(resampler.flush().slice())
  const out = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let to = 0
  for (const piece of pieces) {
    out.set(piece, to)
    to += piece.length
  }
  return out
}

function once(fromRate: number, toRate: number, samples: Int16Array, sizes?: readonly number[]): Int16Array {
  const resampler = resampling.create({ fromRate, toRate })
  const out = convert(resampler, samples, sizes)
  resampler.close()
  return out
}

const powerDb = (samples: Int16Array) =>
  10 * Math.log10(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length + 1e-9)

const pairs = [
  [48_000, 16_000],
  [24_000, 16_000],
  [16_000, 24_000],
  [8_000, 16_000],
  [16_000, 8_000],
  [44_100, 16_000],
  [22_050, 48_000],
  [11_025, 8_000],
  [192_000, 8_000],
  [8_000, 192_000],
  [47_999, 16_000],
] as const

describe('resampler', () => {
  it.each(pairs)('keeps the duration of minutes of odd-sized frames from %i to %i Hz', (fromRate, toRate) => {
    const samples = noise({
      rate: fromRate,
      durationMs: fromRate > 50_000 || toRate > 50_000 ? 20_000 : 125_003,
    })
    const resampler = resampling.create({ fromRate, toRate })
    let length = 0
    let at = 0
    for (let turn = 0; at < samples.length; turn++) {
      const size = 1 + ((turn * 7_919) % 1_537)
      length += resampler.process(samples.subarray(at, at + size)).length
      at += size
    }
    length += resampler.flush().length
    resampler.close()
    expect(length).toBe(Math.ceil((samples.length * toRate) / fromRate))
  })

  it.each(pairs)(
    'adds no delay from %i to %i Hz: the tone comes out where it went in',
    (fromRate, toRate) => {
      const hz = 437
      const out = once(fromRate, toRate, sine({ rate: fromRate, hz, durationMs: 1_000 }))
      let along = 0
      let across = 0
      for (let i = Math.round(toRate * 0.1); i < toRate * 0.9; i++) {
        const angle = (2 * Math.PI * hz * i) / toRate
        along += (out[i] as number) * Math.sin(angle)
        across += (out[i] as number) * Math.cos(angle)
      }
      const delaySamples = (Math.atan2(-across, along) / (2 * Math.PI * hz)) * toRate
      expect(Math.abs(delaySamples)).toBeLessThan(0.02)
    },
  )

  it('lines up with the original by cross-correlation after 48 → 16 → 48 kHz', () => {
    const original = noise({ rate: 48_000, durationMs: 500 })
    const limited = once(16_000, 48_000, once(48_000, 16_000, original))
    const scoreAt = (lag: number) => {
      let score = 0
      for (let i = 1_000; i < 20_000; i++) score += (original[i] as number) * (limited[i + lag] as number)
      return score
    }
    const lags = Array.from({ length: 401 }, (_, i) => i - 200)
    const best = lags.reduce((a, b) => (scoreAt(b) > scoreAt(a) ? b : a))
    expect(best).toBe(0)
  })

  it.each([
    [48_000, 16_000, 9_600],
    [48_000, 16_000, 15_000],
    [24_000, 16_000, 10_000],
    [16_000, 8_000, 5_000],
    [48_000, 8_000, 7_000],
    [44_100, 16_000, 12_000],
  ])('puts a tone above Nyquist at least 60 dB down (%i → %i Hz, %i Hz)', (fromRate, toRate, hz) => {
    const tone = sine({ rate: fromRate, hz, durationMs: 1_000, amplitude: 0.9 })
    const out = once(fromRate, toRate, tone)
    const steady = out.subarray(toRate * 0.1, toRate * 0.9)
    expect(powerDb(tone) - powerDb(steady)).toBeGreaterThan(60)
  })

  it.each([
    [8_000, 16_000],
    [16_000, 48_000],
    [24_000, 16_000],
    [48_000, 16_000],
  ])('passes speech frequencies within 0.1 dB (%i → %i Hz)', (fromRate, toRate) => {
    for (const hz of [100, 1_000, 3_000]) {
      const tone = sine({ rate: fromRate, hz, durationMs: 1_000 })
      const out = once(fromRate, toRate, tone).subarray(toRate * 0.1, toRate * 0.9)
      expect(Math.abs(powerDb(out) - powerDb(tone))).toBeLessThan(0.1)
    }
  })

  it('gives the same samples however the input is cut', () => {
    const samples = noise({ rate: 44_100, durationMs: 400 })
    const whole = once(44_100, 16_000, samples, [samples.length])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 8 }), sizes => {
        expect(once(44_100, 16_000, samples, sizes)).toEqual(whole)
      }),
      { numRuns: 30 },
    )
  })

  it('begins a clean stretch after a flush', () => {
    const samples = noise({ rate: 48_000, durationMs: 100 })
    const resampler = resampling.create({ fromRate: 48_000, toRate: 16_000 })
    const first = convert(resampler, samples)
    expect(convert(resampler, samples)).toEqual(first)
    expect(resampler.flush().length).toBe(0)
    resampler.close()
  })

  it('keeps an answer whole while other resamplers make the memory grow', () => {
    const resampler = resampling.create({ fromRate: 16_000, toRate: 24_000 })
    const answer = resampler.process(noise({ rate: 16_000, durationMs: 100 }))
    const copy = answer.slice()
    const others = Array.from({ length: 600 }, () =>
      resampling.create({ fromRate: 192_000, toRate: 8_000, quality: 10 }),
    )
    for (const other of others) other.process(noise({ rate: 192_000, durationMs: 5 }))
    expect(answer).toEqual(copy)
    for (const other of [...others, resampler]) other.close()
  })

  it('keeps sessions apart', () => {
    const one = noise({ rate: 48_000, durationMs: 100, seed: 1 })
    const two = noise({ rate: 48_000, durationMs: 100, seed: 2 })
    const first = resampling.create({ fromRate: 48_000, toRate: 16_000 })
    const second = resampling.create({ fromRate: 48_000, toRate: 16_000 })
    const outputs = [[] as number[], [] as number[]] as const
    for (let at = 0; at < one.length; at += 480) {
      outputs[0].push(...first.process(one.subarray(at, at + 480)))
      outputs[1].push(...second.process(two.subarray(at, at + 480)))
    }
    const alone = once(48_000, 16_000, two)
    expect(outputs[1]).toEqual([...alone.subarray(0, outputs[1].length)])
    expect(outputs[0]).not.toEqual(outputs[1])
    first.close()
    second.close()
  })

  it('hands the input back where the rates are the same', () => {
    const samples = noise({ rate: 16_000, durationMs: 20 })
    const resampler = resampling.create({ fromRate: 16_000, toRate: 16_000 })
    expect(resampler.process(samples)).toBe(samples)
    expect(resampler.flush().length).toBe(0)
    resampler.close()
    expect(resampler.process(samples).length).toBe(0)
  })

  it('drops frames that come after close, and closes twice without harm', () => {
    const resampler = resampling.create({ fromRate: 48_000, toRate: 16_000 })
    resampler.close()
    resampler.close()
    expect(resampler.process(new Int16Array(960)).length).toBe(0)
    expect(resampler.flush().length).toBe(0)
  })

  it.each([
    { fromRate: 7_999, toRate: 16_000 },
    { fromRate: 16_000, toRate: 192_001 },
    { fromRate: 16_000.5, toRate: 16_000 },
    { fromRate: Number.NaN, toRate: 16_000 },
    { fromRate: 0, toRate: 0 },
    { fromRate: 16_000, toRate: 8_000, quality: 11 },
    { fromRate: 16_000, toRate: 8_000, quality: -1 },
  ])('refuses %o with a sentence that says what is allowed', options => {
    expect(() => resampling.create(options)).toThrow(RangeError)
    expect(() => resampling.create(options)).toThrow(/give an integer of/)
  })

  it('frees its memory: 10,000 resamplers, one after another, do not grow the process by their size', () => {
    const leakOfEachBytes = 12_000
    const frame = noise({ rate: 48_000, durationMs: 5 })
    const useOne = () => {
      const resampler = resampling.create({ fromRate: 48_000, toRate: 8_000, quality: 10 })
      resampler.process(frame)
      resampler.close()
    }
    for (let i = 0; i < 500; i++) useOne()
    const beforeBytes = process.memoryUsage.rss()
    for (let i = 0; i < 10_000; i++) useOne()
    expect(process.memoryUsage.rss() - beforeBytes).toBeLessThan((10_000 * leakOfEachBytes) / 3)
  })
})
