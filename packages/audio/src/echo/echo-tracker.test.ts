import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { noise } from '../tone.js'
import { readWav } from '../wav/read-wav.js'
import { createEchoTracker } from './echo-tracker.js'

const rate = 8000
const frame = rate / 50
const fixtures = new URL('../../../../fixtures/audio/clips/', import.meta.url)
const recording = (name: string) => readWav(readFileSync(new URL(`${name}.wav`, fixtures))).samples
const agent = recording('en-vm-mismatch')
const other = recording('es-vm-nobodyavail')

/** A sound that comes back `delayMs` later at `gain`, with two reflections. */
function back(samples: Int16Array, delayMs: number, gain: number): Int16Array {
  const out = new Float64Array(samples.length)
  for (const [afterMs, amplitude] of [
    [0, 1],
    [5, 0.4],
    [12, -0.25],
  ] as const) {
    const by = Math.round(((delayMs + afterMs) * rate) / 1000)
    for (let i = by; i < out.length; i++)
      out[i] = (out[i] as number) + gain * amplitude * (samples[i - by] as number)
  }
  return Int16Array.from(out, Math.round)
}

const sum = (a: Int16Array, b: Int16Array, from = 0) =>
  a.map((sample, i) => sample + (i >= from ? (b[i - from] ?? 0) : 0))

/** Shares of the frames of `heard` that are above −60 dBFS, after `sent` went out frame by frame. */
function shares(sent: Int16Array, heard: Int16Array) {
  const tracker = createEchoTracker(rate)
  const result: number[] = []
  for (let at = 0; at + frame <= heard.length; at += frame) {
    const atMs = (at * 1000) / rate
    tracker.sent({ samples: sent.subarray(at, at + frame), rate, atMs }, atMs)
    const samples = heard.subarray(at, at + frame)
    const loud = samples.some(sample => Math.abs(sample) > 60)
    tracker.hear({ samples, rate, atMs }, loud)
    if (loud) result.push(tracker.share)
  }
  return { tracker, result }
}

const mean = (values: readonly number[]) => values.reduce((all, value) => all + value, 0) / values.length

describe('the echo tracker', () => {
  it.each([
    [60, 0.3],
    [180, 0.1],
    [350, 0.3],
    [780, 0.1],
  ])('finds a voice that comes back after %i ms at a gain of %d', (delayMs, gain) => {
    const { tracker, result } = shares(agent, back(agent, delayMs, gain))
    expect(tracker.found).toBe(true)
    expect(tracker.delayMs).toBeCloseTo(delayMs, -1)
    expect(mean(result.slice(25))).toBeGreaterThan(0.85)
  })

  it('explains nothing of another voice', () => {
    const { tracker, result } = shares(agent, other.slice(0, agent.length))
    expect(tracker.found).toBe(false)
    expect(mean(result)).toBeLessThan(0.05)
  })

  it('explains clearly less while somebody speaks over the echo, and as much as before afterwards', () => {
    const heard = sum(back(agent, 180, 0.3), other.subarray(0, rate), 1.5 * rate)
    const { result } = shares(agent, heard)
    const alone = shares(agent, back(agent, 180, 0.3)).result
    expect(Math.min(...result.slice(75, 110))).toBeLessThan(0.1)
    expect(mean(result)).toBeLessThan(mean(alone) - 0.1)
    expect(mean(result.slice(-60))).toBeGreaterThan(0.7)
  })

  it('hears nothing where nothing was sent', () => {
    const tracker = createEchoTracker(rate)
    tracker.hear({ samples: noise({ rate, durationMs: 20 }), rate, atMs: 0 }, true)
    expect(tracker.active).toBe(false)
    expect(tracker.share).toBe(0)
  })

  it('says the same every time', () => {
    const heard = back(agent, 200, 0.2)
    expect(shares(agent, heard).result).toEqual(shares(agent, heard).result)
  })
})
