import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AudioFrame, copyFrame } from './frame.js'
import { createReframer } from './reframe.js'

const rate = 16_000

function collect() {
  const frames: AudioFrame[] = []
  return { frames, emit: (frame: AudioFrame) => void frames.push(copyFrame(frame)) }
}

/** Samples that count up, so that a lost or repeated one shows. */
function counting(from: number, length: number): Int16Array {
  return Int16Array.from({ length }, (_, i) => 1 + ((from + i) % 30_000))
}

const joined = (frames: readonly AudioFrame[]) => frames.flatMap(frame => [...frame.samples])

describe('reframer', () => {
  it('gives the same samples in frames of one size at the right times, whatever sizes come in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1_500 }), { maxLength: 40 }),
        fc.constantFrom(2.5, 10, 20, 32),
        fc.integer({ min: 0, max: 10_000_000 }),
        (sizes, frameMs, startMs) => {
          const { frames, emit } = collect()
          const reframer = createReframer({ frameMs, rate })
          let count = 0
          for (const size of sizes) {
            reframer.process({ samples: counting(count, size), rate, atMs: startMs + count / 16 }, emit)
            count += size
          }
          const size = frameMs * 16
          expect(frames.length).toBe(Math.floor(count / size))
          reframer.flush(emit)
          expect(frames.length).toBe(Math.ceil(count / size))
          frames.forEach((frame, i) => {
            expect(frame.samples.length).toBe(size)
            expect(frame.atMs).toBeCloseTo(startMs + i * frameMs, 6)
          })
          const all = joined(frames)
          expect(all.slice(0, count)).toEqual([...counting(0, count)])
          expect(all.slice(count).every(sample => sample === 0)).toBe(true)
        },
      ),
    )
  })

  it('hands a frame that fits already through without a copy', () => {
    const samples = counting(0, 512)
    createReframer({ frameMs: 32, rate }).process({ samples, rate, atMs: 64 }, frame => {
      expect(frame.samples).toBe(samples)
      expect(frame.atMs).toBe(64)
    })
    expect.assertions(2)
  })

  it('puts silence where less than a frame is missing', () => {
    const { frames, emit } = collect()
    const reframer = createReframer({ frameMs: 20, rate })
    reframer.process({ samples: counting(0, 160), rate, atMs: 0 }, emit)
    reframer.process({ samples: counting(160, 320), rate, atMs: 25 }, emit)
    reframer.flush(emit)
    expect(frames.map(frame => frame.atMs)).toEqual([0, 20, 40])
    expect(joined(frames)).toEqual([
      ...counting(0, 160),
      ...new Array(240).fill(0),
      ...counting(160, 320),
      ...new Array(240).fill(0),
    ])
  })

  it('closes the frame under way and takes up the new time after a longer gap', () => {
    const { frames, emit } = collect()
    const reframer = createReframer({ frameMs: 20, rate })
    reframer.process({ samples: counting(0, 160), rate, atMs: 0 }, emit)
    reframer.process({ samples: counting(160, 320), rate, atMs: 1_003 }, emit)
    expect(frames.map(frame => frame.atMs)).toEqual([0, 1_003])
    expect(joined(frames)).toEqual([...counting(0, 160), ...new Array(160).fill(0), ...counting(160, 320)])
  })

  it('loses nothing when media time begins anew', () => {
    const { frames, emit } = collect()
    const reframer = createReframer({ frameMs: 20, rate })
    reframer.process({ samples: counting(0, 400), rate, atMs: 60_000 }, emit)
    reframer.process({ samples: counting(400, 320), rate, atMs: 0 }, emit)
    expect(frames.map(frame => frame.atMs)).toEqual([60_000, 60_020, 0])
    expect(joined(frames).filter(sample => sample !== 0)).toEqual([...counting(0, 720)])
  })

  it('keeps exact time over an hour of frames whose times are rounded to whole ms', () => {
    const reframer = createReframer({ frameMs: 32, rate })
    let count = 0
    let lastMs = -32
    for (let i = 0; i < 225_000; i++) {
      const atMs = Math.round(count / 16)
      reframer.process({ samples: counting(count, 251), rate, atMs }, frame => {
        if (frame.atMs !== lastMs + 32) expect.fail(`${frame.atMs} after ${lastMs}`)
        lastMs = frame.atMs
      })
      count += 251
    }
    expect(lastMs).toBe((Math.floor(count / 512) - 1) * 32)
  })

  it('refuses frames that are no whole number of samples and frames of another rate', () => {
    expect(() => createReframer({ frameMs: 20, rate: 11_025 })).toThrow(RangeError)
    expect(() => createReframer({ frameMs: 0, rate })).toThrow(RangeError)
    const wrong = { samples: new Int16Array(160), rate: 8_000, atMs: 0 }
    expect(() => createReframer({ frameMs: 20, rate }).process(wrong, () => {})).toThrow(/8000 Hz/)
  })
})
