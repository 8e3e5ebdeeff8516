import { describe, expect, it } from 'vitest'
import { createLoudEnd } from './loud-end.js'

/** A 32 ms window of four blocks of 8 ms with these amplitudes. */
function window(atMs: number, ...amplitudes: [number, number, number, number]) {
  const samples = Int16Array.from(
    { length: 512 },
    (_, i) => (amplitudes[i >> 7] ?? 0) * (i % 2 === 0 ? 1 : -1),
  )
  return { samples, rate: 16000, atMs }
}

describe('the end of loud sound', () => {
  it('is where sound falls 35 dB under the loudest', () => {
    const end = createLoudEnd()
    end.hear(window(0, 0, 10_000, 10_000, 5000))
    end.hear(window(32, 1000, 200, 100, 50))
    expect(end.endMs).toBe(48)
  })

  it('is the end of the last window in steady noise', () => {
    const end = createLoudEnd()
    end.hear(window(0, 400, 10_000, 10_000, 400))
    end.hear(window(32, 400, 400, 400, 400))
    expect(end.endMs).toBe(64)
  })

  it('forgets how loud the last utterance was', () => {
    const end = createLoudEnd()
    end.hear(window(0, 30_000, 30_000, 30_000, 30_000))
    end.reset()
    end.hear(window(1000, 50, 50, 50, 50))
    expect(end.endMs).toBe(1032)
  })
})
