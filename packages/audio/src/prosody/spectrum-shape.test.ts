import { describe, expect, it } from 'vitest'
import { createSpectrumShape } from './spectrum-shape.js'
import { createVoiceLook } from './voice-look.js'

const binHz = 15.625

function lookAt(bins: number, powerAt: (hz: number) => number) {
  const look = createVoiceLook()
  createSpectrumShape(binHz, bins).look(
    Float32Array.from({ length: bins }, (_, bin) => powerAt(bin * binHz)),
    look,
  )
  return look
}

describe.each([257, 513])('the shape of a spectrum of %i bins', bins => {
  it('falls by as many dB an octave as the sound does', () => {
    expect(lookAt(bins, () => 1e-4).tilt).toBeCloseTo(0, 6)
    expect(lookAt(bins, hz => (hz === 0 ? 0 : 1e-2 / hz)).tilt).toBeCloseTo(-3, 0)
    expect(lookAt(bins, hz => (hz === 0 ? 0 : 1 / hz ** 4)).tilt / 12).toBeCloseTo(-1, 1)
  })

  it('falls alike for deep and high voices', () => {
    for (const hz of [85, 125, 200, 290]) {
      const spacing = Math.round(hz / binHz) * binHz
      const tilt = lookAt(bins, at => (at > 0 && at % spacing === 0 ? 1 / at ** 2 : 0)).tilt
      expect(Math.abs(tilt + 6)).toBeLessThan(1)
    }
  })

  it('has its centre where the power is', () => {
    const look = lookAt(bins, hz => (hz === 1000 || hz === 2000 ? 0.01 : 0))
    expect(look.centroidHz).toBeCloseTo(1500, 3)
    expect(look.levelDb).toBeCloseTo(-16.99, 2)
    expect(look.coreDb).toBeCloseTo(-16.99, 2)
    expect(lookAt(bins, hz => (hz === 3000 ? 0.01 : 0)).coreDb).toBe(-100)
  })

  it('has neither tilt nor centre in silence', () => {
    const look = lookAt(bins, () => 0)
    expect([look.tilt, look.centroidHz, look.levelDb, look.coreDb]).toEqual([0, 0, -100, -100])
  })
})
