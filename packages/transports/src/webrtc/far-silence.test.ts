import { describe, expect, it } from 'vitest'
import { createFarSilence, type FarSilence } from './far-silence.js'

/** Beats of 20 ms from `fromMs` on until it is lost, at most for `forMs`; when it was lost. */
function lostAt(silence: FarSilence, fromMs: number, forMs: number): number | undefined {
  for (let now = fromMs; now <= fromMs + forMs; now += 20) if (silence.beat(now)) return now
  return undefined
}

describe('the silence of a far end', () => {
  it('is its loss after the time for it, counted from the last packet of any kind', () => {
    const silence = createFarSilence(15_000)
    silence.heard(true)
    expect(lostAt(silence, 0, 14_980)).toBeUndefined()
    silence.heard(false)
    expect(lostAt(silence, 15_000, 60_000)).toBe(14_980 + 15_000)
  })

  it('means nothing where it never reported', () => {
    const silence = createFarSilence(15_000)
    silence.heard(false)
    expect(lostAt(silence, 0, 120_000)).toBeUndefined()
  })

  it('does not count the time in which this process stood still', () => {
    const silence = createFarSilence(15_000)
    silence.heard(true)
    expect(silence.beat(0)).toBe(false)
    expect(silence.beat(60_000)).toBe(false)
    expect(lostAt(silence, 60_000, 60_000)).toBe(60_000 + 15_000 - 100)
  })
})
