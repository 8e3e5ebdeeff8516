import { describe, expect, it } from 'vitest'
import { dtmfPairOf, dtmfTone } from './dtmf-tone.js'
import { decodeUlaw, encodeUlaw } from './g711.js'

const keys = [...'123A456B789C*0#D']
const low = [697, 770, 852, 941]
const high = [1209, 1336, 1477, 1633]

/** Level of one frequency, dB of full scale (Goertzel). */
function levelOf(samples: Int16Array, rate: number, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rate)
  let [last, before] = [0, 0]
  for (const sample of samples) [last, before] = [sample + coefficient * last - before, last]
  const power = last * last + before * before - coefficient * last * before
  return 20 * Math.log10((2 * Math.sqrt(Math.max(power, 1e-9))) / samples.length / 32_768)
}

/** As a receiver hears it: the strongest of each group, if both stand out and nothing else does. */
function detect(samples: Int16Array, rate: number) {
  const levels = new Map([...low, ...high].map(hz => [hz, levelOf(samples, rate, hz)]))
  const strongest = (group: readonly number[]) =>
    group.reduce((best, hz) => ((levels.get(hz) ?? 0) > (levels.get(best) ?? 0) ? hz : best))
  const pair = [strongest(low), strongest(high)] as const
  const others = [...levels].filter(([hz]) => !pair.includes(hz)).map(([, level]) => level)
  return { pair, levels: pair.map(hz => levels.get(hz) ?? 0), next: Math.max(...others) }
}

describe('the tone of a key', () => {
  it.each(keys)('%s is heard as that key by a Goertzel receiver, at every rate and through µ-law', key => {
    for (const rate of [8_000, 16_000, 24_000]) {
      const tone = dtmfTone({ key, rate })
      const heard = rate === 8_000 ? decodeUlaw(encodeUlaw(tone)) : tone
      const { pair, levels, next } = detect(heard.subarray(0, rate / 10), rate)
      expect(pair).toEqual(dtmfPairOf(key))
      const [lowDb = 0, highDb = 0] = levels
      expect(highDb - lowDb).toBeGreaterThan(1)
      expect(highDb - lowDb).toBeLessThan(3)
      expect(lowDb + 3.14).toBeGreaterThan(-10)
      expect(next).toBeLessThan(lowDb - 20)
    }
  })

  it('is 100 ms long and 100 ms of silence follow, or as long as asked', () => {
    const tone = dtmfTone({ key: '5', rate: 8_000 })
    expect(tone).toHaveLength(1_600)
    expect(tone.subarray(800).every(sample => sample === 0)).toBe(true)
    expect(dtmfTone({ key: '5', rate: 16_000, onMs: 60, offMs: 45 })).toHaveLength(1_680)
  })

  it('begins and ends without a step, and never clips', () => {
    for (const key of keys) {
      const tone = dtmfTone({ key, rate: 8_000 })
      expect(Math.abs(tone[0] as number)).toBeLessThan(50)
      expect(Math.abs(tone[799] as number)).toBeLessThan(200)
      expect(Math.max(...tone)).toBeLessThan(22_000)
    }
  })

  it('is refused for what is no key', () => {
    for (const key of ['', 'E', '12', 'w']) expect(() => dtmfTone({ key, rate: 8_000 })).toThrow(RangeError)
  })
})
