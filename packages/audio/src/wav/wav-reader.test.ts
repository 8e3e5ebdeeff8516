import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWav } from './read-wav.js'
import { createWavReader } from './wav-reader.js'
import { wavHeader, writeWav } from './write-wav.js'

const fixture = (name: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../../fixtures/audio/${name}`, import.meta.url))))

/** The sound of `bytes` fed in pieces that end at `cuts`. */
function inPieces(bytes: Uint8Array, cuts: readonly number[]) {
  const reader = createWavReader()
  const channels: number[][] = []
  const places = [...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  let from = 0
  for (const until of places) {
    const blocks = reader.read(bytes.subarray(from, until))
    blocks.forEach((block, channel) => {
      channels[channel] = [...(channels[channel] ?? []), ...block]
    })
    from = until
  }
  return { ...reader.end(), channels, format: reader.format }
}

describe('a WAV that comes in pieces', () => {
  it('gives what it gives at once, wherever it is cut', () => {
    const encodings = fc.constantFrom('pcm16', 'float32', 'ulaw', 'alaw')
    const sound = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(sound, encodings, fc.boolean(), fc.array(fc.nat()), (values, encoding, two, cuts) => {
        const samples = Int16Array.from(values)
        const bytes = writeWav({
          sampleRate: 16_000,
          samples: two ? [samples, samples.map(x => -x)] : samples,
          encoding,
        })
        const { channels, truncated } = inPieces(bytes, cuts)
        expect(channels).toEqual(readWav(bytes).channelData.map(channel => [...channel]))
        expect(truncated).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  it('gives the samples of real recordings of each rate and encoding', () => {
    for (const name of ['conv/dev-vad-en8-ulaw.wav', 'clips/en-hello.wav']) {
      const reader = createWavReader()
      const bytes = fixture(name)
      const parts: Int16Array[] = []
      for (let at = 0; at < bytes.length; at += 4_001) {
        const [block] = reader.read(bytes.subarray(at, at + 4_001))
        if (block) parts.push(block)
      }
      expect(reader.end().truncated).toBe(false)
      const whole = readWav(bytes).samples
      expect(parts.reduce((sum, part) => sum + part.length, 0)).toBe(whole.length)
      expect([...(parts[1] ?? [])].slice(0, 50)).toEqual([
        ...whole.slice(parts[0]?.length, (parts[0]?.length ?? 0) + 50),
      ])
    }
  })

  it('goes on to its end where its writer did not know its length', () => {
    const header = wavHeader({ sampleRate: 8_000, channels: 1 })
    const { channels, truncated } = inPieces(new Uint8Array([...header, 5, 0, 6, 0]), [3, 45])
    expect(channels).toEqual([[5, 6]])
    expect(truncated).toBe(false)
  })

  it('tells that it was cut off, and keeps what came', () => {
    const bytes = writeWav({ sampleRate: 8_000, samples: Int16Array.of(1, 2, 3, 4) })
    const { channels, truncated } = inPieces(bytes.subarray(0, bytes.length - 3), [50])
    expect(channels).toEqual([[1, 2]])
    expect(truncated).toBe(true)
  })

  it.each([
    ['not_wav', new Uint8Array(0)],
    ['not_wav', new TextEncoder().encode('{"hello":"world"}')],
    ['other_format', new TextEncoder().encode('OggS and so on, whatever it is')],
    ['no_samples', writeWav({ sampleRate: 8_000, samples: new Int16Array(0) })],
    ['bad_header', writeWav({ sampleRate: 8_000, samples: new Int16Array(4) }).subarray(0, 20)],
  ])('is refused as %s where it is none', (code, bytes) => {
    expect(() => inPieces(bytes, [1, 2, 13])).toThrow(expect.objectContaining({ code }))
  })

  it('fails as a WavError or gives sound, whatever the bytes', () => {
    const valid = writeWav({ sampleRate: 8_000, samples: Int16Array.of(1, 2, 3, 4) })
    const damage = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
    fc.assert(
      fc.property(damage, fc.array(fc.nat(), { maxLength: 3 }), (changes, cuts) => {
        const bytes = valid.slice()
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        try {
          expect(inPieces(bytes, cuts).channels.length).toBeGreaterThan(0)
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'WavError' })
        }
      }),
      { numRuns: 300 },
    )
  })
})
