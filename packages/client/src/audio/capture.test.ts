import { describe, expect, it } from 'vitest'
import { createCapture } from './capture.js'

function record(contextRate: number, seconds: number, channelsAt: (frame: number) => Float32Array[]) {
  const frames: { samples: Int16Array; levelDbfs: number }[] = []
  const capture = createCapture({
    contextRate,
    frameRate: 16000,
    frameMs: 20,
    emit: (samples, levelDbfs) => frames.push({ samples, levelDbfs }),
  })
  for (let at = 0; at < contextRate * seconds; at += 128) capture.process(channelsAt(at), 128)
  return frames
}

function tone(rate: number, gain: number) {
  return (at: number) =>
    Float32Array.from({ length: 128 }, (_, i) => gain * Math.sin((2 * Math.PI * 440 * (at + i)) / rate))
}

describe('capture', () => {
  it.each([48000, 44100, 32000, 16000])('makes 50 frames of 320 samples a second of %i Hz', rate => {
    const left = tone(rate, 0.5)
    const frames = record(rate, 2, at => [left(at)])
    expect(frames.length).toBeGreaterThanOrEqual(99)
    expect(frames.length).toBeLessThanOrEqual(100)
    expect(new Set(frames.map(frame => frame.samples.length))).toEqual(new Set([320]))
  })

  it('tells the level of what it sends', () => {
    const left = tone(48000, 0.5)
    const frames = record(48000, 1, at => [left(at)])
    expect(frames.at(-1)?.levelDbfs).toBeCloseTo(-9.03, 0)
  })

  it('mixes channels by their mean, so that opposite ones cancel', () => {
    const left = tone(48000, 0.5)
    const right = tone(48000, -0.5)
    const frames = record(48000, 1, at => [left(at), right(at)])
    expect(frames.every(frame => frame.samples.every(sample => sample === 0))).toBe(true)
  })

  it('sends silence as silence where nothing is connected', () => {
    const frames = record(48000, 1, () => [])
    expect(frames).toHaveLength(50)
    expect(frames[0]?.levelDbfs).toBe(-100)
  })

  it('limits what is too loud instead of wrapping it', () => {
    const frames = record(16000, 1, () => [new Float32Array(128).fill(3)])
    expect(frames.at(-1)?.samples.every(sample => sample === 32767)).toBe(true)
  })
})
