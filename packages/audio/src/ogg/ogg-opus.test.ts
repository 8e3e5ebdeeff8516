import fc from 'fast-check'
import { expect, it } from 'vitest'
import { loadOpus } from '../opus.js'
import { createOggOpusWriter } from './ogg-opus.js'
import { oggChecksum, oggPage } from './ogg-page.js'

const opus = await loadOpus()
const ascii = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** Reads pages back by RFC 3533, without a line of the writer. */
function pagesIn(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pages = []
  for (let at = 0; at < bytes.length; ) {
    expect(ascii(bytes.subarray(at, at + 5))).toBe('OggS\0')
    const segments = bytes.subarray(at + 27, at + 27 + (bytes[at + 26] ?? 0))
    const packets: Uint8Array[] = []
    let begin = at + 27 + segments.length
    let end = begin
    for (const size of segments) {
      end += size
      if (size === 255) continue
      packets.push(bytes.subarray(begin, end))
      begin = end
    }
    pages.push({
      flags: bytes[at + 5],
      granule: Number(view.getBigUint64(at + 6, true)),
      serial: view.getUint32(at + 14, true),
      sequence: view.getUint32(at + 18, true),
      sumIsRight: oggChecksum(bytes.subarray(at, end)) === view.getUint32(at + 22, true),
      packets,
    })
    at = end
  }
  return pages
}

async function streamOf(sampleRate: 16_000 | 24_000, pieces: readonly Int16Array[]) {
  const encoder = await opus.encoder({ sampleRate })
  const writer = createOggOpusWriter({ encoder, sampleRate, serial: 7 })
  const bytes = Buffer.concat([writer.head(), ...pieces.map(piece => writer.write(piece)), writer.end()])
  encoder.close()
  return pagesIn(bytes)
}

it('a stream of speech is read back as long as it was, and sounds the same', async () => {
  const tone = Int16Array.from(
    { length: 24_000 },
    (_, at) => 8_000 * Math.sin((at * 440 * 2 * Math.PI) / 24_000),
  )
  const pages = await streamOf(24_000, [tone.subarray(0, 5_001), tone.subarray(5_001)])
  expect(pages.every(({ sumIsRight, serial }) => sumIsRight && serial === 7)).toBe(true)
  expect(pages.map(({ sequence }) => sequence)).toEqual(pages.map((_, index) => index))
  expect([pages[0]?.flags, pages[1]?.flags, pages.at(-1)?.flags]).toEqual([2, 0, 4])
  const [head = new Uint8Array()] = pages[0]?.packets ?? []
  expect(ascii(head.subarray(0, 8))).toBe('OpusHead')
  expect(ascii(pages[1]?.packets[0] ?? new Uint8Array())).toBe('OpusTags\u0006\0\0\0Parley\0\0\0\0')
  const preSkip = Buffer.from(head).readUInt16LE(10)
  expect(pages.at(-1)?.granule).toBe(preSkip + 48_000)
  const decoder = await opus.decoder({ sampleRate: 48_000 })
  const sound = pages
    .slice(2)
    .flatMap(({ packets }) => packets.flatMap(packet => [...decoder.decode(packet)]))
  decoder.close()
  const heard = sound.slice(preSkip, preSkip + 48_000)
  const rms = Math.sqrt(heard.slice(4_800).reduce((sum, sample) => sum + sample ** 2, 0) / 43_200)
  expect(heard).toHaveLength(48_000)
  expect(rms).toBeGreaterThan(5_000)
  expect(rms).toBeLessThan(6_300)
})

it('the end of the stream is where the samples end, however they are cut, and places never go back', async () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(cuts, async sizes => {
      const pages = await streamOf(
        16_000,
        sizes.map(size => new Int16Array(size)),
      )
      const preSkip = Buffer.from(pages[0]?.packets[0] ?? []).readUInt16LE(10)
      const total = sizes.reduce((sum, size) => sum + size, 0)
      expect(pages.at(-1)).toMatchObject({ granule: preSkip + total * 3, flags: 4 })
      const places = pages.map(({ granule }) => granule)
      expect(places).toEqual([...places].sort((one, other) => one - other))
      const frames = pages.slice(2).reduce((sum, { packets }) => sum + packets.length, 0)
      expect(frames * 960).toBeGreaterThanOrEqual(preSkip + total * 3)
    }),
    { numRuns: 25 },
  )
})

it('a page tells packets of any length apart, and refuses more than it holds', () => {
  const packets = [0, 254, 255, 256, 510].map(length => new Uint8Array(length))
  const [page] = pagesIn(oggPage({ packets, granule: 5, serial: 1, sequence: 0 }))
  expect(page?.packets.map(({ length }) => length)).toEqual([0, 254, 255, 256, 510])
  const many = new Array<Uint8Array>(256).fill(new Uint8Array(1))
  expect(() => oggPage({ packets: many, granule: 0, serial: 1, sequence: 0 })).toThrow(RangeError)
})

it('the checksum is the one of the standard', () => {
  // That of "123456789": CRC-32/CKSUM, whose catalogued check is 765e7680, without its last inversion.
  const page = Buffer.concat([Buffer.alloc(26), Buffer.from('123456789')])
  expect(oggChecksum(page).toString(16)).toBe('89a1897f')
})
