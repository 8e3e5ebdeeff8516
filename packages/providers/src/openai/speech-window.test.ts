import type { AudioFrame } from '@parley/audio'
import { describe, expect, it } from 'vitest'
import { speechWindow } from './speech-window.js'

const frame = (atMs: number): AudioFrame => ({ samples: new Int16Array(160).fill(atMs), rate: 8_000, atMs })

function passedBy(prerollMs: number, run: (window: ReturnType<typeof speechWindow>) => void): number[] {
  const passed: AudioFrame[] = []
  run(speechWindow(prerollMs, each => passed.push(each)))
  return passed.map(({ atMs }) => atMs)
}

describe('the frames of an utterance', () => {
  it('begins a little before a start that is known late', () => {
    const passed = passedBy(40, window => {
      for (let atMs = 0; atMs < 200; atMs += 20) window.hear(frame(atMs))
      window.begin(120)
      window.hear(frame(200))
      window.finish()
      window.hear(frame(220))
    })
    expect(passed).toEqual([80, 100, 120, 140, 160, 180, 200])
  })

  it('passes no frame twice, and none between two utterances', () => {
    const passed = passedBy(40, window => {
      window.begin(0)
      window.begin(0)
      window.hear(frame(0))
      window.finish()
      for (let atMs = 20; atMs < 5_000; atMs += 20) window.hear(frame(atMs))
      window.begin(4_980)
      window.finish()
    })
    expect(passed).toEqual([0, 4_940, 4_960, 4_980])
  })

  it('keeps frames of its own, as those it hears are used again', () => {
    const shared = frame(7)
    const passed: AudioFrame[] = []
    const window = speechWindow(100, each => passed.push(each))
    window.hear(shared)
    shared.samples.fill(0)
    window.begin(0)
    expect(passed[0]?.samples[0]).toBe(7)
  })
})
