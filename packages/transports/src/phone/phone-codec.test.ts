import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPhoneCodec } from './phone-codec.js'

const l16 = (order: 'little' | 'big') => createPhoneCodec({ encoding: 'l16', sampleRate: 16_000 }, order)
const sound = fc.int16Array({ maxLength: 1_200 })

describe('PCM16 of a stream', () => {
  it.each(['little', 'big'] as const)('is written %s-endian and read back, whatever its length', order => {
    const codec = l16(order)
    fc.assert(
      // One codec for all: its buffers are used again for longer and shorter frames.
      fc.property(sound, samples => {
        const payload = codec.encode(samples)
        const bytes = Buffer.from(payload, 'base64')
        expect(bytes.length).toBe(samples.length * 2)
        for (const [at, sample] of samples.entries()) {
          const read = order === 'little' ? bytes.readInt16LE(at * 2) : bytes.readInt16BE(at * 2)
          if (read !== sample) expect(read).toBe(sample)
        }
        expect([...codec.decode(payload)]).toEqual([...samples])
      }),
      { numRuns: 60 },
    )
  })

  it('in the other order is another sound, and the caller’s samples stay as they are', () => {
    const samples = Int16Array.of(1, -2, 0x1234)
    expect([...l16('little').decode(l16('big').encode(samples))]).toEqual([256, -257, 0x3412])
    expect([...samples]).toEqual([1, -2, 0x1234])
  })

  it('with half a sample is refused, and what comes after it is read', () => {
    const codec = l16('big')
    fc.assert(
      fc.property(fc.nat(600), half => {
        const payload = Buffer.alloc(half * 2 + 1, 7).toString('base64')
        expect(() => codec.decode(payload)).toThrow(expect.objectContaining({ code: 'bad_audio' }))
        expect([...codec.decode(codec.encode(Int16Array.of(5, -5)))]).toEqual([5, -5])
      }),
      { numRuns: 40 },
    )
  })
})

describe('µ-law of a stream', () => {
  it('of any length is read and written back as it was', () => {
    const codec = createPhoneCodec({ encoding: 'mulaw', sampleRate: 8_000 }, 'little')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), codes => {
        // 0x7f and 0xff are both silence, of which one is written.
        const bytes = Buffer.from(codes.map(code => (code === 0x7f ? 0xff : code)))
        const payload = bytes.toString('base64')
        expect(codec.encode(codec.decode(payload))).toBe(payload)
      }),
      { numRuns: 60 },
    )
  })
})
