import { encodeUlaw } from '@parley/audio'
import type { Clock } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { createPhoneCodec } from './phone-codec.js'
import { createPhoneIn } from './phone-in.js'

const codec = createPhoneCodec({ encoding: 'mulaw', sampleRate: 8_000 }, 'little')

function setUp() {
  let nowMs = 0
  const clock: Clock = { now: () => nowMs, after: () => () => {} }
  const phoneIn = createPhoneIn({ clock, codec, maxGapMs: 10_000, audioBurstMs: 12_000 })
  const heard: { atMs: number; samples: number[] }[] = []
  return {
    heard,
    phoneIn,
    pass(ms: number) {
      nowMs += ms
    },
    /** `samples` samples of one value. */
    media(chunk: number, timestamp: number, value = 4_000, samples = 160, track = 'inbound') {
      const payload = Buffer.from(encodeUlaw(new Int16Array(samples).fill(value))).toString('base64')
      phoneIn.read({ track, chunk, timestamp, payload }, frame =>
        heard.push({ atMs: frame.atMs, samples: [...frame.samples] }),
      )
    },
    get lengthMs() {
      return heard.reduce((sum, { samples }) => sum + samples.length / 8, 0)
    },
  }
}

const isSilent = ({ samples }: { samples: number[] }) => samples.every(sample => sample === 0)

describe('sound from a carrier', () => {
  it('is decoded at 8 kHz, in frames of 20 ms at most, with media time counted by samples', () => {
    const line = setUp()
    line.media(1, 5)
    line.media(2, 25, -4_000, 400)
    expect(line.heard.map(({ atMs, samples }) => [atMs, samples.length])).toEqual([
      [0, 160],
      [20, 160],
      [40, 160],
      [60, 80],
    ])
    expect(line.heard[0]?.samples[0]).toBe(4_092)
    expect(line.heard[1]?.samples[0]).toBe(-4_092)
  })

  it('has its holes filled with silence, to the millisecond', () => {
    const line = setUp()
    line.media(1, 0)
    line.media(2, 20)
    line.media(9, 173)
    expect(line.lengthMs).toBe(193)
    expect(line.heard.filter(isSilent).reduce((sum, { samples }) => sum + samples.length / 8, 0)).toBe(133)
    expect(line.phoneIn.counts).toMatchObject({ filledMs: 133, droppedChunks: 0 })
  })

  it('is not filled for stamps that are rounded or shake by less than a frame', () => {
    const line = setUp()
    for (const [chunk, timestamp] of [0, 27, 41, 58, 90, 99, 121].entries()) line.media(chunk, timestamp)
    expect(line.lengthMs).toBe(140)
  })

  it('is filled for 10 s at most', () => {
    const line = setUp()
    line.media(1, 0)
    line.pass(60_000)
    line.media(2, 60_000)
    expect(line.lengthMs).toBe(10_040)
  })

  it('is filled no faster than time passes: stamps that run ahead make no sound', () => {
    const line = setUp()
    for (let chunk = 0; chunk < 100; chunk++) line.media(chunk, chunk * 9_000)
    expect(line.lengthMs).toBe(8_980 + 100 * 20)
  })

  it('comes once and in order: a chunk that was had, or comes too late, is dropped', () => {
    const line = setUp()
    for (const chunk of [1, 2, 2, 4, 3, 5]) line.media(chunk, (chunk - 1) * 20, chunk * 1_000)
    expect(line.heard.map(({ samples }) => Math.round((samples[0] ?? 0) / 1_000))).toEqual([1, 2, 0, 4, 5])
    expect(line.phoneIn.counts.droppedChunks).toBe(2)
  })

  it('goes on after a clock that was set back', () => {
    const line = setUp()
    line.media(1, 500_000)
    line.media(2, 0)
    line.media(3, 20)
    line.media(4, 100)
    expect(line.lengthMs).toBe(140)
  })

  it('of the other direction is left out', () => {
    const line = setUp()
    line.media(1, 0, 4_000, 160, 'outbound')
    expect(line.heard).toEqual([])
  })

  it('faster than time is refused', () => {
    const line = setUp()
    const flood = () => {
      for (let chunk = 0; chunk < 700; chunk++) line.media(chunk, chunk * 20)
    }
    expect(flood).toThrow(expect.objectContaining({ code: 'rate_limited' }))
  })

  it.each([200, -200])(
    'for an hour from a clock that is off by %i ppm is whole, neither filled nor refused',
    ppm => {
      let nowMs = 0
      const clock: Clock = { now: () => nowMs, after: () => () => {} }
      const samples = new Int16Array(160).fill(1_000)
      const frames = 3_600 * 50
      // Either the carrier counts its own sound, or it stamps by a clock that is ours.
      for (const stampsBySound of [true, false]) {
        nowMs = 0
        const sound = { rate: 8_000, decode: () => samples }
        const phoneIn = createPhoneIn({ clock, codec: sound, maxGapMs: 10_000, audioBurstMs: 12_000 })
        let count = 0
        let endMs = 0
        for (let chunk = 0; chunk < frames; chunk++) {
          nowMs = (chunk * 20) / (1 + ppm / 1e6)
          const timestamp = Math.round(stampsBySound ? chunk * 20 : nowMs)
          phoneIn.read({ track: 'inbound', chunk, timestamp, payload: '' }, ({ atMs }) => {
            count += 1
            endMs = atMs + 20
          })
        }
        expect([count, endMs]).toEqual([frames, frames * 20])
        expect(phoneIn.counts).toMatchObject({ filledMs: 0, droppedChunks: 0 })
        expect(Math.abs((phoneIn.counts.driftPpm ?? Number.NaN) - (stampsBySound ? ppm : 0))).toBeLessThan(2)
      }
    },
  )
})
