import { describe, expect, it } from 'vitest'
import { createVoiceActivity } from './voice-activity.js'

function heard(levels: readonly number[], threshold?: number): boolean[] {
  const activity = createVoiceActivity(threshold)
  return levels.map(level => activity.hear(level, 20))
}

const frames = (count: number, level: number) => Array.from({ length: count }, () => level)

describe('voice activity by level', () => {
  it('begins after 60 ms over the threshold', () => {
    expect(heard(frames(4, -25))).toEqual([false, false, true, true])
  })

  it('takes no click for a voice', () => {
    expect(heard([...frames(2, -10), -60, ...frames(2, -10)])).not.toContain(true)
  })

  it('goes on through pauses up to 300 ms', () => {
    const spoken = heard([...frames(3, -25), ...frames(14, -60), -25, ...frames(15, -60)])
    expect(spoken.indexOf(false, 3)).toBe(32)
  })

  it('holds a voice that falls by less than 3 dB', () => {
    expect(heard([...frames(3, -30), ...frames(20, -32)]).at(-1)).toBe(true)
    expect(heard([...frames(3, -30), ...frames(20, -34)]).at(-1)).toBe(false)
  })

  it('takes the threshold as RMS of full scale', () => {
    expect(heard(frames(3, -35), 0.01).at(-1)).toBe(true)
    expect(heard(frames(3, -35), 0.03).at(-1)).toBe(false)
  })

  it.each([
    [-1, 0],
    [7, 1],
    [Number.NaN, 0.03],
  ])('takes a threshold of %d as %d', (wanted, taken) => {
    const activity = createVoiceActivity()
    activity.setThreshold(wanted)
    expect(activity.threshold).toBe(taken)
  })

  it('hears everything at a threshold of 0, and forgets at reset', () => {
    const activity = createVoiceActivity(0)
    for (const level of frames(3, -100)) activity.hear(level, 20)
    activity.reset()
    expect(activity.hear(-100, 20)).toBe(false)
  })
})
