import { loadResampling, readWav } from '@parley/audio'
import type { ReplyId, SessionEvent } from '@parley/core'
import { seededRandom, VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { createStereoRecorder } from './stereo-recorder.js'
import { createWavSpool, pairsIn } from './wav-spool.js'
import { createWaveform } from './waveform.js'

const resampling = await loadResampling()
const rate = 8_000

/** A disk in memory that can be slow. */
function disk(held?: Promise<void>) {
  let bytes = new Uint8Array(0)
  return {
    get bytes() {
      return bytes
    },
    append: async (part: Uint8Array) => {
      await held
      const grown = new Uint8Array(bytes.length + part.length)
      grown.set(bytes)
      grown.set(part, bytes.length)
      bytes = grown
    },
    close: async () => {},
  }
}

const frame = (level: number) => new Int16Array(160).fill(level)
const reply = 'rpl_1' as ReplyId

function ended(ms: number): SessionEvent {
  const heard = { reply, ms, text: '', complete: false, source: 'reported', errorMs: 0 }
  return { kind: 'reply-ended', reply, heard, interrupted: true } as unknown as SessionEvent
}

function rig(roundTripMs: number | (() => number | undefined) = 0, held?: Promise<void>) {
  const clock = new VirtualClock()
  const file = disk(held)
  const spool = createWavSpool({ sink: Promise.resolve(file), rate })
  const way = typeof roundTripMs === 'number' ? () => roundTripMs : roundTripMs
  const recorder = createStereoRecorder({ clock, spool, resampling, rate, roundTripMs: way })
  const channels = async () => {
    await recorder.close()
    const { channelData } = readWav(file.bytes)
    return { caller: channelData[0] as Int16Array, agent: channelData[1] as Int16Array }
  }
  return { clock, recorder, file, channels }
}

/** The time of the first loud sample, ms. */
const startMs = (samples: Int16Array) => samples.findIndex(sample => sample !== 0) / 8
const loudMs = (samples: Int16Array) => samples.filter(sample => sample !== 0).length / 8

describe('a stereo recorder', () => {
  it.each([0, 80, 240])(
    'keeps both channels within 20 ms of each other at a round trip of %i ms',
    async wayMs => {
      const { clock, recorder, channels } = rig(wayMs)
      const random = seededRandom(7)
      // The far end speaks the moment it hears the agent; its frames come after half the way, and jitter.
      const heardAtMs = 1_000 + wayMs / 2
      const spokenFrame = Math.round(heardAtMs / 20)
      let arrivedMs = 0
      const frames = Array.from({ length: 150 }, (_, i) => {
        arrivedMs = Math.max(arrivedMs, i * 20 + 20 + wayMs / 2 + random() * 60)
        return { atMs: arrivedMs, i }
      })
      for (const { atMs, i } of frames)
        clock.after(atMs, () =>
          recorder.userAudio?.({ samples: frame(i >= spokenFrame ? 500 : 0), rate, atMs: i * 20 }),
        )
      for (let i = 0; i < 40; i++) {
        clock.after(1_000 + Math.max(0, i * 20 - 200), () =>
          recorder.agentAudio?.({ samples: frame(900), rate, atMs: i * 20 }, reply, 0),
        )
      }
      await clock.advance(5_000)
      const { caller, agent } = await channels()
      expect(Math.abs(startMs(caller) - startMs(agent))).toBeLessThanOrEqual(20)
      expect(loudMs(agent)).toBe(800)
    },
  )

  it.each([
    ['once it is known how far away its ear is', 300, 1_180],
    ['at the door where that is never known', undefined, 1_000],
  ])('puts the agent’s first sound %s', async (_, knownAfterMs, placeMs) => {
    let wayMs: number | undefined
    const { clock, recorder, channels } = rig(() => wayMs)
    await clock.advance(1_000)
    for (let i = 0; i < 60; i++) {
      recorder.agentAudio?.({ samples: frame(900), rate, atMs: i * 20 }, reply, 0)
      if (i * 20 === knownAfterMs) wayMs = 180
      await clock.advance(20)
    }
    // Nobody speaks any more: the line's silence alone brings what waits to its place.
    for (let i = 0; i < 50; i++) {
      recorder.userAudio?.({ samples: frame(0), rate, atMs: i * 20 })
      await clock.advance(20)
    }
    const { agent } = await channels()
    expect([startMs(agent), loudMs(agent)]).toEqual([placeMs, 1_200])
  })

  it('leaves out what an interrupted caller did not hear before it was known how far away it is', async () => {
    let wayMs: number | undefined
    const { clock, recorder, channels } = rig(() => wayMs)
    await clock.advance(1_000)
    for (let i = 0; i < 20; i++) recorder.agentAudio?.({ samples: frame(900), rate, atMs: i * 20 }, reply, 0)
    await clock.advance(150)
    wayMs = 100
    recorder.event?.(ended(150))
    await clock.advance(5_000)
    const { agent } = await channels()
    expect([startMs(agent), loudMs(agent)]).toEqual([1_100, 150])
  })

  it('leaves out what an interrupted caller did not hear', async () => {
    const { clock, recorder, channels } = rig()
    await clock.advance(1_000)
    for (let i = 0; i < 20; i++) recorder.agentAudio?.({ samples: frame(900), rate, atMs: i * 20 }, reply, 0)
    await clock.advance(150)
    recorder.event?.(ended(150))
    await clock.advance(5_000)
    expect(loudMs((await channels()).agent)).toBe(150)
  })

  it('has what was silenced and sent again once, where it was heard', async () => {
    const { clock, recorder, channels } = rig()
    const send = (from: number, to: number) => {
      for (let ms = from; ms < to; ms += 20)
        recorder.agentAudio?.({ samples: frame(900), rate, atMs: ms }, reply, 0)
    }
    send(0, 200)
    await clock.advance(600)
    send(100, 300)
    await clock.advance(4_000)
    const { agent } = await channels()
    expect(loudMs(agent)).toBe(300)
    expect(agent[100 * 8]).toBe(0)
    expect(agent[600 * 8]).toBe(900)
  })

  it('drops what a slow disk does not take, counts it and stays on time', async () => {
    let go = () => {}
    const { clock, recorder, channels } = rig(
      0,
      new Promise<void>(resolve => {
        go = resolve
      }),
    )
    for (let i = 0; i < 1_000; i++) {
      await clock.advance(20)
      recorder.userAudio?.({ samples: frame(i < 500 ? 0 : 500), rate, atMs: i * 20 })
    }
    expect(recorder.dropped).toBeGreaterThan(rate)
    go()
    const { caller } = await channels()
    expect(caller.length).toBeLessThanOrEqual(20 * rate)
    expect(loudMs(caller)).toBeLessThan(10_000)
  })

  it('leaves a playable file at every moment', async () => {
    const { clock, recorder, file } = rig()
    for (let i = 0; i < 300; i++) {
      await clock.advance(20)
      recorder.userAudio?.({ samples: frame(500), rate, atMs: i * 20 })
    }
    const wav = readWav(file.bytes)
    expect(wav.channels).toBe(2)
    expect(wav.durationMs).toBeGreaterThan(2_000)
    const torn = file.bytes.slice(0, 44 + 1_001)
    expect([readWav(torn).channelData[0]?.length, pairsIn(torn.length)]).toEqual([250, 250])
  })
})

it('draws the lowest and highest sample of each stretch', () => {
  const waveform = createWaveform(1_000, 4)
  waveform.hear(Int16Array.from([0, 256, -512, 512, 1_024, 0, 0, 0]))
  waveform.hear(Int16Array.from([100, -256]))
  expect(waveform.end()).toMatchObject({ length: 2, data: [-2, 4, 0, 2, 0, 0, -1, -1] })
})
