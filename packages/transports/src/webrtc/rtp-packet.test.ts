import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRtcp, RTP_HEADER_BYTES, readRtp, writeRtpHeader } from './rtp-packet.js'
import { createUnwrap } from './unwrap.js'

const header = fc.record({
  marker: fc.boolean(),
  payloadType: fc.integer({ min: 0, max: 127 }),
  sequence: fc.integer({ min: 0, max: 0xffff }),
  timestamp: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  ssrc: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
})

describe('an RTP packet', () => {
  it('is read as it was written, whatever sources, extension and padding stand around its payload', () => {
    const around = fc.record({
      sources: fc.integer({ min: 0, max: 15 }),
      extensionWords: fc.option(fc.integer({ min: 0, max: 20 })),
      padding: fc.integer({ min: 0, max: 255 }),
      payload: fc.uint8Array({ maxLength: 300 }),
    })
    fc.assert(
      fc.property(header, around, (fields, { sources, extensionWords, padding, payload }) => {
        const extension =
          extensionWords === null ? [] : [0xbe, 0xde, 0, extensionWords, ...Array(extensionWords * 4).fill(7)]
        const pad = padding === 0 ? [] : [...Array(padding - 1).fill(0), padding]
        const first = new Uint8Array(RTP_HEADER_BYTES)
        writeRtpHeader(first, fields)
        first[0] = 0x80 | sources | (extensionWords === null ? 0 : 0x10) | (padding === 0 ? 0 : 0x20)
        const bytes = Uint8Array.of(...first, ...Array(sources * 4).fill(9), ...extension, ...payload, ...pad)
        const read = readRtp(bytes)
        expect(read).toEqual({ ...fields, payload })
      }),
    )
  })

  it('is undefined for any bytes that are none, and never an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
        const read = readRtp(bytes)
        if (read !== undefined)
          expect(read.payload.length).toBeLessThanOrEqual(bytes.length - RTP_HEADER_BYTES)
        isRtcp(bytes)
      }),
      { numRuns: 2_000 },
    )
    expect(readRtp(new Uint8Array(11).fill(0x80))).toBeUndefined()
    // More padding than there is, an extension longer than the packet, another version.
    expect(readRtp(Uint8Array.of(0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9))).toBeUndefined()
    expect(readRtp(Uint8Array.of(0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5))).toBeUndefined()
    expect(readRtp(new Uint8Array(12))).toBeUndefined()
  })
})

describe('a counter that wraps', () => {
  it.each([16, 32] as const)('of %d bits goes on as it was counted, forward and back', bits => {
    const steps = fc.array(fc.integer({ min: -(2 ** (bits - 1)) + 1, max: 2 ** (bits - 1) - 1 }), {
      maxLength: 50,
    })
    const start = fc.integer({ min: 0, max: 2 ** bits - 1 })
    fc.assert(
      fc.property(start, steps, (from, moves) => {
        const unwrap = createUnwrap(bits)
        const range = 2 ** bits
        let count = from
        expect(unwrap(from)).toBe(from)
        for (const move of moves) {
          count += move
          expect(unwrap(((count % range) + range) % range)).toBe(count)
        }
      }),
    )
  })
})
