import { beforeAll, expect, it } from 'vitest'
import { type AudioFrame, copyFrame, frameMs, joinStages } from './frame.js'
import { createReframer } from './reframe.js'
import { resampleStage } from './resample-stage.js'
import { loadResampling, type Resampling } from './resampler.js'
import { noise, sine } from './tone.js'

let resampling: Resampling
beforeAll(async () => {
  resampling = await loadResampling()
})

function collect() {
  const frames: AudioFrame[] = []
  return { frames, emit: (frame: AudioFrame) => void frames.push(copyFrame(frame)) }
}

it('emits frames that follow one another without gap or overlap from the time of the first', () => {
  const { frames, emit } = collect()
  const stage = resampleStage(resampling.create({ fromRate: 48_000, toRate: 16_000 }))
  const sound = noise({ rate: 48_000, durationMs: 400 })
  for (let at = 0; at < sound.length; at += 960) {
    stage.process({ samples: sound.subarray(at, at + 960), rate: 48_000, atMs: 1_234 + at / 48 }, emit)
  }
  stage.flush(emit)
  let nextMs = 1_234
  for (const frame of frames) {
    expect(frame.rate).toBe(16_000)
    expect(frame.atMs).toBeCloseTo(nextMs, 6)
    nextMs += frameMs(frame)
  }
  expect(nextMs).toBeCloseTo(1_634, 6)
})

it('gives the tail before a jump in media time and takes up the new time after it', () => {
  const { frames, emit } = collect()
  const stage = resampleStage(resampling.create({ fromRate: 48_000, toRate: 16_000 }))
  const samples = noise({ rate: 48_000, durationMs: 20 })
  stage.process({ samples, rate: 48_000, atMs: 0 }, emit)
  stage.process({ samples, rate: 48_000, atMs: 500 }, emit)
  stage.flush(emit)
  const before = frames.filter(frame => frame.atMs < 500)
  const after = frames.filter(frame => frame.atMs >= 500)
  const total = (some: readonly AudioFrame[]) => some.reduce((sum, frame) => sum + frame.samples.length, 0)
  expect([total(before), total(after)]).toEqual([320, 320])
  expect(after[0]?.atMs).toBe(500)
  expect([...(before[0]?.samples ?? [])]).toEqual([...(after[0]?.samples ?? [])])
})

it('has nothing to flush twice', () => {
  const { frames, emit } = collect()
  const stage = resampleStage(resampling.create({ fromRate: 48_000, toRate: 16_000 }))
  stage.flush(emit)
  stage.process({ samples: noise({ rate: 48_000, durationMs: 20 }), rate: 48_000, atMs: 0 }, emit)
  stage.flush(emit)
  const count = frames.length
  stage.flush(emit)
  expect(frames.length).toBe(count)
})

it('refuses a frame of another rate', () => {
  const stage = resampleStage(resampling.create({ fromRate: 48_000, toRate: 16_000 }))
  const frame = { samples: new Int16Array(160), rate: 8_000, atMs: 0 }
  expect(() => stage.process(frame, () => {})).toThrow(/8000 Hz/)
})

it('joins with a re-framer into a chain that keeps a tone at its time', () => {
  const { frames, emit } = collect()
  const resampler = resampling.create({ fromRate: 48_000, toRate: 16_000 })
  const chain = joinStages([resampleStage(resampler), createReframer({ frameMs: 32, rate: 16_000 })], emit)
  const sound = sine({ rate: 48_000, hz: 500, durationMs: 1_000 })
  for (let at = 0; at < sound.length; at += 960) {
    chain({ samples: sound.subarray(at, at + 960), rate: 48_000, atMs: at / 48 })
  }
  expect(frames.length).toBe(31)
  for (const frame of frames.slice(1)) {
    expect(frame.samples.length).toBe(512)
    const expected = Math.sin(2 * Math.PI * 500 * ((frame.atMs + 0.5) / 1_000)) * 0.5 * 32_767
    expect(Math.abs((frame.samples[8] as number) - expected)).toBeLessThan(60)
  }
})
