import { createProsodyAnalyser } from '@parley/audio'
import type { SessionId } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { createPitchDesk } from './pitch-desk.js'
import { type PitchTrack, trackPitch } from './pitch-track.js'

const rate = 8_000
const key = (id: string) => ({ tenant: 'acme', id: id as SessionId })

/** The caller hums at 120 Hz in the first second, the agent at 220 Hz in the second. */
function hum(seconds: number) {
  const pairs = seconds * rate
  return {
    rate,
    pairs,
    async read(at: number, count: number) {
      const both = new Int16Array(2 * count)
      for (let i = 0; i < count; i++) {
        const ms = ((at + i) * 1000) / rate
        const side = ms < 1_000 ? 0 : 1
        const hz = side === 0 ? 120 : 220
        for (let harmonic = 1; harmonic <= 6; harmonic++)
          both[2 * i + side] =
            (both[2 * i + side] ?? 0) +
            (4_000 / harmonic) * Math.sin((2 * Math.PI * hz * harmonic * (at + i)) / rate)
      }
      return both
    },
    close: async () => {},
  }
}

const work = (seconds: number, signal = new AbortController().signal) => ({
  sound: hum(seconds),
  createAnalyser: createProsodyAnalyser,
  rest: async () => {},
  progress: () => {},
  signal,
})

describe('the melody of a recording', () => {
  it('has each side by itself, at the time of its sound', async () => {
    const { stepMs, callerHz, agentHz } = await trackPitch(work(2))
    const at = (ms: number) => Math.floor(ms / stepMs)
    expect(callerHz).toHaveLength(Math.ceil(2_000 / stepMs))
    for (const ms of [300, 500, 800]) {
      expect(callerHz[at(ms)]).toBeCloseTo(120, -1)
      expect(agentHz[at(ms)]).toBe(0)
    }
    for (const ms of [1_300, 1_500, 1_800]) {
      expect(agentHz[at(ms)]).toBeCloseTo(220, -1)
      expect(callerHz[at(ms)]).toBe(0)
    }
  })

  it('stops where nobody wants it any more', async () => {
    const leaving = new AbortController()
    leaving.abort(new Error('gone'))
    await expect(trackPitch(work(2, leaving.signal))).rejects.toThrow('gone')
  })
})

describe('the desk of melodies', () => {
  const track: PitchTrack = { stepMs: 32, callerHz: [1], agentHz: [2] }

  /** Everything is made when the test says so. */
  function rig() {
    const making: { readonly id: string; done(): void; fail(error: Error): void }[] = []
    const desk = createPitchDesk({
      make: ({ id }, progress, signal) =>
        new Promise((resolve, reject) => {
          progress(0.5)
          signal.addEventListener('abort', () => reject(signal.reason))
          making.push({ id, done: () => resolve(track), fail: reject })
        }),
    })
    return { desk, making }
  }
  const settled = () => new Promise<void>(resolve => setImmediate(resolve))

  it('makes one at a time, tells how far it is, and keeps what it made', async () => {
    const { desk, making } = rig()
    expect(desk.ask(key('a'))).toEqual({ state: 'making', done: 0 })
    desk.ask(key('b'))
    await settled()
    expect(desk.ask(key('a'))).toEqual({ state: 'making', done: 0.5 })
    expect(making.map(({ id }) => id)).toEqual(['a'])
    making[0]?.done()
    await settled()
    expect(desk.ask(key('a'))).toEqual({ state: 'ready', track })
    expect(making.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(desk.ask({ ...key('a'), tenant: 'other' })).toMatchObject({ state: 'making' })
  })

  it('refuses more than a few that wait, and tells once why one failed', async () => {
    const { desk, making } = rig()
    for (const id of ['a', 'b', 'c', 'd']) desk.ask(key(id))
    expect(() => desk.ask(key('e'))).toThrow(expect.objectContaining({ code: 'overloaded' }))
    await settled()
    making[0]?.fail(new Error('no such file'))
    await settled()
    expect(() => desk.ask(key('a'))).toThrow('no such file')
    expect(desk.ask(key('a'))).toMatchObject({ state: 'making' })
  })

  it('stops what is under way when the gateway leaves', async () => {
    const { desk } = rig()
    desk.ask(key('a'))
    desk.ask(key('b'))
    await settled()
    await desk.close()
    expect(() => desk.ask(key('c'))).toThrow(expect.objectContaining({ code: 'draining' }))
  })
})
