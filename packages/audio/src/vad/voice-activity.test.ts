import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readWav } from '../wav/read-wav.js'
import { loadVoiceActivity } from './assets.js'
import { compileVoiceActivity, type VoiceDetector, type VoiceRate } from './voice-activity.js'

const activity = await loadVoiceActivity()
const recordings = { 16000: 'conv/dev-vad-en.wav', 8000: 'conv/dev-vad-en8-ulaw.wav' } as const
const rates: readonly VoiceRate[] = [16000, 8000]

function windowsOf(rate: VoiceRate, seconds: number): Int16Array[] {
  const path = new URL(`../../../../fixtures/audio/${recordings[rate]}`, import.meta.url)
  const { samples, sampleRate } = readWav(readFileSync(path))
  expect(sampleRate).toBe(rate)
  const size = rate === 16000 ? 512 : 256
  return Array.from({ length: Math.floor((rate * seconds) / size) }, (_, index) =>
    samples.slice(index * size, (index + 1) * size),
  )
}

function hear(detector: VoiceDetector, windows: readonly Int16Array[]): number[] {
  return windows.map(window => detector.process(window))
}

function alone(rate: VoiceRate, windows: readonly Int16Array[]): number[] {
  const detector = activity.open(rate)
  const probabilities = hear(detector, windows)
  detector.close()
  return probabilities
}

describe.each(rates)('a detector at %i Hz', rate => {
  const windows = windowsOf(rate, 6)

  it('is sure of speech and of silence', () => {
    const probabilities = alone(rate, windows)
    expect(Math.max(...probabilities)).toBeGreaterThan(0.95)
    expect(probabilities[10]).toBeLessThan(0.1)
  })

  it('gives the same bits every time, in another instance too', async () => {
    const assets = new URL('../../assets/silero/', import.meta.url)
    const other = await compileVoiceActivity({
      wasm: readFileSync(new URL('silero-vad.wasm', assets)),
      weights: readFileSync(new URL('silero-vad.weights', assets)),
    })
    expect(hear(other.open(rate), windows)).toEqual(alone(rate, windows))
  })

  it('is not disturbed by others that listen in between', () => {
    const others = rates.map(each => ({ detector: activity.open(each), windows: windowsOf(each, 6) }))
    const detector = activity.open(rate)
    const probabilities = windows.map((window, index) => {
      for (const other of others) other.detector.process(other.windows.at(-1 - index) ?? window)
      return detector.process(window)
    })
    expect(probabilities).toEqual(alone(rate, windows))
    for (const { detector: other } of others) other.close()
    detector.close()
  })

  it('forgets everything on reset', () => {
    const detector = activity.open(rate)
    hear(detector, windows)
    detector.reset()
    expect(hear(detector, windows)).toEqual(alone(rate, windows))
    detector.close()
  })

  it('coasts through digital silence as if it had listened', () => {
    const silence = new Int16Array(windows[0]?.length ?? 0)
    const [listening, coasting] = [activity.open(rate), activity.open(rate)]
    for (const detector of [listening, coasting]) hear(detector, [...windows, silence, silence])
    for (let window = 0; window < 50; window++) {
      expect(coasting.coast(silence)).toBe(listening.process(silence))
    }
    expect(hear(coasting, windows)).toEqual(hear(listening, windows))
  })

  it('refuses a window of another size', () => {
    const detector = activity.open(rate)
    expect(() => detector.process(new Int16Array(100))).toThrow(RangeError)
    expect(() => detector.coast(new Int16Array(100))).toThrow(RangeError)
    detector.close()
  })
})

describe('voice activity', () => {
  const windows = windowsOf(16000, 4)

  it('keeps what detectors have heard while its memory grows', () => {
    const detector = activity.open(16000)
    const first = hear(detector, windows.slice(0, 60))
    const before = activity.memoryBytes
    const crowd = Array.from({ length: 200 }, () => activity.open(8000))
    expect(activity.memoryBytes).toBeGreaterThan(before)
    const second = hear(detector, windows.slice(60))
    expect([...first, ...second]).toEqual(alone(16000, windows))
    for (const each of [...crowd, detector]) each.close()
  })

  it('uses the memory of closed detectors again', () => {
    const round = () => {
      for (const detector of Array.from({ length: 100 }, () => activity.open(16000))) detector.close()
    }
    round()
    const after = activity.memoryBytes
    for (let times = 0; times < 20; times++) round()
    expect(activity.memoryBytes).toBe(after)
  })

  it('gives no state to two detectors when one was closed twice', () => {
    const closed = activity.open(16000)
    closed.close()
    closed.close()
    const [one, two] = [activity.open(16000), activity.open(16000)]
    const probabilities = windows.map(window => {
      two.process(new Int16Array(512))
      return one.process(window)
    })
    expect(probabilities).toEqual(alone(16000, windows))
  })

  it('hears nothing with a closed detector and leaves its successor alone', () => {
    const closed = activity.open(16000)
    closed.close()
    const successor = activity.open(16000)
    const probabilities = windows.map(window => {
      expect(closed.process(window)).toBe(0)
      expect(closed.coast(window)).toBe(0)
      closed.reset()
      return successor.process(window)
    })
    expect(probabilities).toEqual(alone(16000, windows))
  })

  it('refuses other rates', () => {
    expect(() => activity.open(48000 as VoiceRate)).toThrow(/resample/)
  })

  it('refuses weights that are cut short or something else', async () => {
    const assets = new URL('../../assets/silero/', import.meta.url)
    const wasm = readFileSync(new URL('silero-vad.wasm', assets))
    const weights = readFileSync(new URL('silero-vad.weights', assets))
    for (const wrong of [weights.subarray(0, 4), weights.subarray(0, 5000), wasm]) {
      await expect(compileVoiceActivity({ wasm, weights: wrong })).rejects.toThrow(TypeError)
    }
  })
})
