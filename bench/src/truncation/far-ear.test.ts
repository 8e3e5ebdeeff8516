import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { createFarEar } from './far-ear.js'

const sound = (ms: number) => new Int16Array(ms * 8).fill(1_000)

describe('the ear of a far end', () => {
  it('plays behind its buffer, and records to the sample what it played', async () => {
    const clock = new VirtualClock()
    const ear = createFarEar({ clock, rate: 8_000, bufferMs: 30 })
    ear.arrive(sound(100), 'a', 0)
    await clock.advance(50.5)
    expect(ear.playedMs('a')).toBeCloseTo(20.5)
    ear.cut('a')
    await clock.advance(500)
    expect(ear.recording().length).toBe(164)
    expect(ear.playing).toBeUndefined()
  })

  it('waits again wherever it had run dry', async () => {
    const clock = new VirtualClock()
    const ear = createFarEar({ clock, rate: 8_000, bufferMs: 30 })
    ear.arrive(sound(20), 'a', 0)
    await clock.advance(60)
    ear.arrive(sound(20), 'a', 20)
    await clock.advance(20)
    expect(ear.playedMs('a')).toBe(20)
    await clock.advance(20)
    expect(ear.playedMs('a')).toBe(30)
  })
})
