import { describe, expect, it } from 'vitest'
import { createSpokenFace } from './spoken-face.js'

const RATE = 16_000
const sine = (hz: number, amplitude: number) =>
  Int16Array.from(
    { length: RATE / 2 },
    (_, i) => 32_767 * amplitude * Math.sin((2 * Math.PI * hz * i) / RATE),
  )

describe('the face of sound at hand', () => {
  it('tells loudness in even steps of dB and how bright it is', () => {
    const face = createSpokenFace({ samples: sine(200, 0.1 * Math.SQRT2), sampleRate: RATE }, 'high')
    expect(face.durationMs).toBe(500)
    expect(face.at(100)).toMatchObject({ speaking: true, emotion: 'high' })
    expect(face.at(100).energy).toBeCloseTo(1 - 20 / 60, 2)
    expect(face.at(100).centroidHz).toBeGreaterThan(150)
    expect(
      createSpokenFace({ samples: sine(5000, 0.1), sampleRate: RATE }).at(100).centroidHz,
    ).toBeGreaterThan(4500)
  })

  it('is silent in pauses and outside of the sound', () => {
    const face = createSpokenFace({ samples: sine(200, 0.001), sampleRate: RATE })
    for (const place of [100, -5, 600, Number.NaN]) expect(face.at(place).speaking).toBe(false)
    expect(createSpokenFace({ samples: new Int16Array(0), sampleRate: RATE }).durationMs).toBe(0)
  })
})
