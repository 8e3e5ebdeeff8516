import { describe, expect, it } from 'vitest'
import { createEar } from './ear.js'

const RATE = 1_000
const frame = (value = 100) => new Int16Array(20).fill(value)

function earWith(frames: number) {
  const ear = createEar({ rate: RATE, jitterMs: 60 })
  ear.begin('r', 0)
  for (let index = 0; index < frames; index++) ear.frame(frame(), 0)
  return ear
}

describe('the reckoned ear', () => {
  it('begins after its jitter buffer and runs on', () => {
    const ear = earWith(5)
    expect(ear.heard(59)).toEqual([])
    expect(ear.position('r', 100)).toBe(40)
    expect(ear.heard(1_000)).toEqual([{ reply: 'r', fromMs: 0, startMs: 60, durationMs: 100 }])
  })

  it('is silent from a clear on, and goes on from the place it is given', () => {
    const ear = earWith(10)
    ear.clear('r', 100)
    expect(ear.position('r', 500)).toBe(40)
    ear.begin('r', 40)
    ear.frame(frame(), 500)
    expect(ear.heard(1_000)).toEqual([
      { reply: 'r', fromMs: 0, startMs: 60, durationMs: 40 },
      { reply: 'r', fromMs: 40, startMs: 560, durationMs: 20 },
    ])
  })

  it('has heard nothing of what was cleared before it began', () => {
    const ear = earWith(2)
    ear.clear('r', 30)
    expect(ear.heard(1_000)).toEqual([])
    expect(ear.position('r', 1_000)).toBeUndefined()
  })

  it('fills its jitter buffer anew after it ran dry', () => {
    const ear = earWith(1)
    ear.frame(frame(), 200)
    expect(ear.heard(1_000).map(({ startMs }) => startMs)).toEqual([60, 260])
  })

  it('echoes what sounded, lowered where it was', () => {
    const ear = earWith(4)
    ear.duck(true, 100)
    const out = new Float32Array(20)
    ear.echo(out, 60, 1)
    expect(out[0]).toBe(100)
    out.fill(0)
    ear.echo(out, 110, 1)
    expect(out[0]).toBeCloseTo(12.6, 1)
    out.fill(0)
    ear.echo(out, 200, 1)
    expect(out[0]).toBe(0)
  })
})
