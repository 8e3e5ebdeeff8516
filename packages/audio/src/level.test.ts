import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMeter, levelFloorDbfs, measureLevel } from './level.js'
import { noise, silence, sine } from './tone.js'

const rate = 16_000

function hearAll(
  meter: ReturnType<typeof createMeter>,
  samples: Int16Array,
  frameSamples = 320,
  startMs = 0,
) {
  for (let i = 0; i < samples.length; i += frameSamples) {
    meter.hear({ samples: samples.subarray(i, i + frameSamples), rate, atMs: startMs + i / 16 })
  }
}

describe('measureLevel', () => {
  it('gives a full-scale sine −3.01 dBFS RMS and 0 dBFS peak', () => {
    const level = measureLevel(sine({ rate, hz: 1_000, durationMs: 1_000, amplitude: 1 }))
    expect(level.rmsDbfs).toBeCloseTo(-3.01, 2)
    expect(level.peakDbfs).toBeCloseTo(0, 2)
  })

  it('gives 0 dBFS to the most negative sample', () => {
    expect(measureLevel(Int16Array.of(-32_768))).toEqual({ rmsDbfs: 0, peakDbfs: 0 })
  })

  it('falls by 20 dB for a tenth of the amplitude', () => {
    const level = measureLevel(sine({ rate, hz: 1_000, durationMs: 1_000, amplitude: 0.1 }))
    expect(level.rmsDbfs).toBeCloseTo(-23.01, 1)
    expect(level.peakDbfs).toBeCloseTo(-20, 1)
  })

  it('gives silence, and no samples at all, the floor', () => {
    const floor = { rmsDbfs: levelFloorDbfs, peakDbfs: levelFloorDbfs }
    expect(measureLevel(silence({ rate, durationMs: 20 }))).toEqual(floor)
    expect(measureLevel(new Int16Array(0))).toEqual(floor)
  })

  it('is never above 0, below the floor or above its own peak', () => {
    fc.assert(
      fc.property(fc.int16Array({ maxLength: 960 }), samples => {
        const { rmsDbfs, peakDbfs } = measureLevel(samples)
        expect(rmsDbfs).toBeGreaterThanOrEqual(levelFloorDbfs)
        expect(rmsDbfs).toBeLessThanOrEqual(peakDbfs + 1e-9)
        expect(peakDbfs).toBeLessThanOrEqual(0)
      }),
    )
  })

  it('fills the level it is given', () => {
    const level = { rmsDbfs: 1, peakDbfs: 1 }
    expect(measureLevel(Int16Array.of(16_384), level)).toBe(level)
    expect(level.peakDbfs).toBeCloseTo(-6.02, 2)
  })
})

describe('meter', () => {
  it('shows the floor before it hears anything', () => {
    const meter = createMeter()
    expect([meter.rmsDbfs, meter.peakDbfs]).toEqual([levelFloorDbfs, levelFloorDbfs])
  })

  it('settles on the level of a steady sound', () => {
    const meter = createMeter()
    hearAll(meter, noise({ rate, durationMs: 2_000, amplitude: 0.5 }))
    expect(meter.rmsDbfs).toBeCloseTo(-10.8, 0)
    expect(meter.peakDbfs).toBeCloseTo(-6.02, 1)
  })

  it('rises faster than it falls', () => {
    const meter = createMeter({ attackMs: 10, releaseMs: 300 })
    hearAll(meter, noise({ rate, durationMs: 40 }))
    const risen = meter.rmsDbfs
    expect(risen).toBeGreaterThan(-12)
    hearAll(meter, silence({ rate, durationMs: 300 }), 320, 40)
    expect(meter.rmsDbfs).toBeCloseTo(risen - 4.34, 1)
  })

  it('shows the same for 10 ms and for 20 ms frames of a steady sound', () => {
    const fine = createMeter()
    const coarse = createMeter()
    const samples = sine({ rate, hz: 400, durationMs: 200 })
    hearAll(fine, samples, 160)
    hearAll(coarse, samples, 320)
    expect(fine.rmsDbfs).toBeCloseTo(coarse.rmsDbfs, 3)
  })

  it('takes a gap in media time as silence', () => {
    const withGap = createMeter()
    const withSilence = createMeter()
    const sound = noise({ rate, durationMs: 100 })
    hearAll(withGap, sound)
    hearAll(withSilence, sound)
    hearAll(withSilence, silence({ rate, durationMs: 500 }), 320, 100)
    hearAll(withGap, silence({ rate, durationMs: 20 }), 320, 580)
    expect(withGap.rmsDbfs).toBeCloseTo(withSilence.rmsDbfs, 6)
    expect(withGap.peakDbfs).toBeCloseTo(withSilence.peakDbfs, 6)
  })

  it('lets the peak fall by its rate and stops at the floor', () => {
    const meter = createMeter({ peakFallDbPerS: 20 })
    hearAll(meter, sine({ rate, hz: 400, durationMs: 20, amplitude: 1 }))
    hearAll(meter, silence({ rate, durationMs: 1_000 }), 320, 20)
    expect(meter.peakDbfs).toBeCloseTo(-20, 1)
    meter.hear({ samples: silence({ rate, durationMs: 20 }), rate, atMs: 60_000 })
    expect(meter.peakDbfs).toBe(levelFloorDbfs)
  })

  it('begins anew after a reset', () => {
    const meter = createMeter()
    hearAll(meter, noise({ rate, durationMs: 100 }))
    meter.reset()
    expect([meter.rmsDbfs, meter.peakDbfs]).toEqual([levelFloorDbfs, levelFloorDbfs])
  })
})
