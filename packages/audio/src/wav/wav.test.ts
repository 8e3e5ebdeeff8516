import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '../g711.js'
import { noise } from '../tone.js'
import { readWavFile } from '../wav-file.js'
import { readWav } from './read-wav.js'
import { WavError, type WavErrorCode } from './wav-error.js'
import { encodeWavData, wavHeader, wavPadding, writeWav } from './write-wav.js'

const fixtures = fileURLToPath(new URL('../../../../fixtures/audio/', import.meta.url))

const concat = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap(part => [...part]))
const text = (letters: string) => Uint8Array.from(letters, letter => letter.charCodeAt(0))
const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)
const chunk = (tag: string, body: Uint8Array, size = body.length) =>
  concat(text(tag), u32(size), body, new Uint8Array(body.length & 1))

interface Format {
  readonly tag: number
  readonly bits: number
  readonly channels?: number
  readonly rate?: number
  readonly blockBytes?: number
}

function formatBody({ tag, bits, channels = 1, rate = 16_000, blockBytes }: Format): Uint8Array {
  const block = blockBytes ?? channels * Math.ceil(bits / 8)
  const words = Uint16Array.of(tag, channels, rate & 0xffff, rate >>> 16, 0, 0, block, bits)
  return new Uint8Array(words.buffer)
}

function riff(...chunks: readonly Uint8Array[]): Uint8Array {
  const body = concat(text('WAVE'), ...chunks)
  return concat(text('RIFF'), u32(body.length), body)
}

const wavOf = (format: Format, data: Uint8Array) =>
  riff(chunk('fmt ', formatBody(format)), chunk('data', data))

function codeOf(run: () => unknown): WavErrorCode | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof WavError) return error.code
    throw error
  }
}

function messageOf(bytes: Uint8Array): string {
  try {
    readWav(bytes)
  } catch (error) {
    if (error instanceof WavError) return error.message
    throw error
  }
  return ''
}

const sound = fc.int16Array({ minLength: 1, maxLength: 300 })
const rates = fc.integer({ min: 8_000, max: 192_000 })

describe('a WAV that was written', () => {
  it.each(['pcm16', 'float32'] as const)('is read back sample for sample (%s)', encoding => {
    const channels = fc
      .tuple(fc.integer({ min: 1, max: 5 }), sound)
      .map(([count, samples]) => Array.from({ length: count }, (_, i) => samples.map(sample => sample ^ i)))
    fc.assert(
      fc.property(channels, rates, (samples, sampleRate) => {
        const wav = readWav(writeWav({ sampleRate, samples, encoding }))
        expect(wav.channelData).toEqual(samples)
        expect([wav.sampleRate, wav.channels, wav.encoding]).toEqual([sampleRate, samples.length, encoding])
        expect(wav.truncated).toBe(false)
        expect(wav.durationMs).toBeCloseTo((wav.samples.length * 1_000) / sampleRate, 9)
      }),
    )
  })

  it('is read back as its codec leaves it (µ-law, A-law)', () => {
    fc.assert(
      fc.property(sound, samples => {
        const read = (encoding: 'ulaw' | 'alaw') =>
          readWav(writeWav({ sampleRate: 8_000, samples, encoding }))
        expect(read('ulaw').samples).toEqual(decodeUlaw(encodeUlaw(samples)))
        expect(read('alaw').samples).toEqual(decodeAlaw(encodeAlaw(samples)))
      }),
    )
  })

  it('has an even number of bytes', () => {
    const samples = new Int16Array(3)
    expect(writeWav({ sampleRate: 8_000, samples, encoding: 'ulaw' }).length % 2).toBe(0)
  })

  it('cannot have channels of different lengths or numbers that do not fit', () => {
    const uneven = [new Int16Array(2), new Int16Array(3)]
    expect(() => writeWav({ sampleRate: 8_000, samples: uneven })).toThrow(RangeError)
    expect(() => writeWav({ sampleRate: 8_000, samples: [] })).toThrow(RangeError)
    expect(() => wavHeader({ sampleRate: 0, channels: 1 })).toThrow(RangeError)
    expect(() => wavHeader({ sampleRate: 8_000, channels: 33 })).toThrow(RangeError)
    expect(() => wavHeader({ sampleRate: 8_000, channels: 1, dataBytes: -1 })).toThrow(RangeError)
  })
})

describe('a WAV that was streamed', () => {
  it.each(['pcm16', 'float32', 'ulaw', 'alaw'] as const)(
    'is read to its end, patched or not (%s)',
    encoding => {
      fc.assert(
        fc.property(fc.array(sound, { minLength: 1, maxLength: 4 }), blocks => {
          const data = concat(...blocks.map(block => encodeWavData(block, encoding)))
          const options = { sampleRate: 16_000, channels: 1, encoding }
          const open = concat(wavHeader(options), data)
          const padding = new Uint8Array(wavPadding(data.length))
          const closed = concat(wavHeader({ ...options, dataBytes: data.length }), data, padding)
          const whole = writeWav({ sampleRate: 16_000, samples: concat16(blocks), encoding })
          expect(closed).toEqual(whole)
          expect(readWav(open)).toEqual(readWav(whole))
        }),
      )
    },
  )

  it('is read to its end where the size was left 0, 0xFFFFFFFF or 0x7FFFF000', () => {
    for (const size of [0, 0xffff_ffff, 0x7fff_f000]) {
      const body = concat(
        text('WAVE'),
        chunk('fmt ', formatBody({ tag: 1, bits: 16 })),
        text('data'),
        u32(size),
      )
      const riffSize = size === 0 ? 0 : 0xffff_ffff
      const wav = readWav(concat(text('RIFF'), u32(riffSize), body, Uint8Array.of(1, 0, 2, 0, 3)))
      expect([...wav.samples]).toEqual([1, 2])
      expect(wav.truncated).toBe(false)
    }
  })

  it('does not take the chunk after an empty one for sound', () => {
    const bytes = riff(
      chunk('fmt ', formatBody({ tag: 1, bits: 16 })),
      chunk('data', new Uint8Array(0)),
      chunk('LIST', text('INFO')),
    )
    expect(codeOf(() => readWav(bytes))).toBe('no_samples')
  })

  it('says that it does not know its size beyond 4 GiB', () => {
    const header = wavHeader({ sampleRate: 48_000, channels: 2, dataBytes: 5_000_000_000 })
    expect([...header.subarray(4, 8), ...header.subarray(40, 44)]).toEqual(new Array(8).fill(0xff))
  })
})

describe('a WAV of others', () => {
  it.each<[string, Format, readonly number[], readonly number[]]>([
    ['pcm8', { tag: 1, bits: 8 }, [0, 128, 255], [-32_768, 0, 32_512]],
    ['pcm16', { tag: 1, bits: 16 }, [0x34, 0x12, 0x00, 0x80], [0x1234, -32_768]],
    ['pcm24', { tag: 1, bits: 24 }, [0x80, 0x34, 0x12, 0xff, 0xff, 0x7f], [0x1235, 32_767]],
    ['pcm24', { tag: 1, bits: 20 }, [0x00, 0x34, 0x12], [0x1234]],
    ['pcm32', { tag: 1, bits: 32 }, [0, 0x80, 0x34, 0x12, 0, 0, 0, 0x80], [0x1235, -32_768]],
    ['ulaw', { tag: 7, bits: 8 }, [0xff, 0x00, 0x80], [0, -32_124, 32_124]],
    ['alaw', { tag: 6, bits: 8 }, [0xd5, 0x2a, 0xaa], [8, -32_256, 32_256]],
  ])('is read as PCM16 (%s)', (encoding, format, data, samples) => {
    const wav = readWav(wavOf(format, Uint8Array.from(data)))
    expect([...wav.samples]).toEqual(samples)
    expect(wav.encoding).toBe(encoding)
  })

  it.each([
    ['float32', 32, (values: number[]) => new Uint8Array(Float32Array.from(values).buffer)],
    ['float64', 64, (values: number[]) => new Uint8Array(Float64Array.from(values).buffer)],
  ] as const)('is read with its overs saturated and its gaps silent (%s)', (encoding, bits, pack) => {
    const data = pack([0, 0.5, -0.5, 1, -1, 7, Number.NEGATIVE_INFINITY, Number.NaN])
    const wav = readWav(wavOf({ tag: 3, bits }, data))
    expect([...wav.samples]).toEqual([0, 16_384, -16_384, 32_767, -32_768, 32_767, -32_768, 0])
    expect(wav.encoding).toBe(encoding)
  })

  it('is read in its extensible form, from the sub-format', () => {
    const tail = concat(Uint8Array.of(22, 0, 16, 0, 4, 0, 0, 0, 1, 0), new Uint8Array(14))
    const format = concat(formatBody({ tag: 0xfffe, bits: 16 }), tail)
    const wav = readWav(riff(chunk('fmt ', format), chunk('data', Uint8Array.of(7, 0))))
    expect([...wav.samples]).toEqual([7])
  })

  it('is mixed to mono by the mean of its channels', () => {
    const samples = [Int16Array.of(100, 32_767, -3), Int16Array.of(200, 32_767, -4)]
    expect([...readWav(writeWav({ sampleRate: 16_000, samples })).samples]).toEqual([150, 32_767, -3])
  })

  it('may have chunks that are not known, of odd sizes, anywhere', () => {
    const odd = chunk('junk', Uint8Array.of(1, 2, 3))
    const format = chunk('fmt ', formatBody({ tag: 1, bits: 16 }))
    const data = chunk('data', Uint8Array.of(5, 0, 6, 0))
    expect([...readWav(riff(odd, format, odd, data, odd)).samples]).toEqual([5, 6])
  })

  it('gives what it holds when it was cut off, and says so', () => {
    const samples = noise({ rate: 16_000, durationMs: 100 })
    const bytes = writeWav({ sampleRate: 16_000, samples })
    const wav = readWav(bytes.subarray(0, 44 + 501))
    expect(wav.truncated).toBe(true)
    expect(wav.samples).toEqual(samples.subarray(0, 250))
  })

  it('may lie at an odd place of a larger buffer', () => {
    const bytes = writeWav({ sampleRate: 16_000, samples: Int16Array.of(1, -2, 3) })
    const shifted = concat(new Uint8Array(3), bytes).subarray(3)
    expect([...readWav(shifted).samples]).toEqual([1, -2, 3])
  })
})

describe('what is not a usable WAV', () => {
  it.each([
    ['Ogg', text('OggS\0\x02\0\0\0\0\0\0')],
    ['FLAC', text('fLaC\0\0\0"')],
    ['MP3', text('ID3\x04\0\0\0\0')],
    ['MP3', Uint8Array.of(0xff, 0xfb, 0x90, 0x64, 0, 0)],
    ['AIFF', text('FORM\0\0\0\0AIFF')],
    ['M4A', text('\0\0\0 ftypM4A ')],
    ['WebM', Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 1)],
    ['RF64', text('RF64\xff\xff\xff\xffWAVE')],
    ['big-endian', text('RIFX\0\0\0\0WAVE')],
  ])('is named: %s', (name, bytes) => {
    expect(codeOf(() => readWav(bytes))).toBe('other_format')
    expect(messageOf(bytes)).toContain(name)
  })

  it.each<[WavErrorCode, string, Uint8Array]>([
    ['not_wav', 'no bytes', new Uint8Array(0)],
    ['not_wav', 'text', text('{"hello":"world"}')],
    ['not_wav', 'another RIFF', concat(text('RIFF'), u32(4), text('AVI '))],
    ['bad_header', 'no format', riff()],
    ['bad_header', 'sound before format', riff(chunk('data', new Uint8Array(4)))],
    ['bad_header', 'a short format', riff(chunk('fmt ', new Uint8Array(8)))],
    ['bad_header', 'no channels', wavOf({ tag: 1, bits: 16, channels: 0 }, new Uint8Array(4))],
    ['bad_header', '5000 channels', wavOf({ tag: 1, bits: 16, channels: 5_000 }, new Uint8Array(4))],
    ['bad_header', 'blocks that do not fit', wavOf({ tag: 1, bits: 16, blockBytes: 3 }, new Uint8Array(6))],
    ['bad_header', 'a cut extensible format', wavOf({ tag: 0xfffe, bits: 16 }, new Uint8Array(4))],
    ['unsupported_encoding', 'ADPCM', wavOf({ tag: 2, bits: 4 }, new Uint8Array(4))],
    ['unsupported_encoding', '0-bit PCM', wavOf({ tag: 1, bits: 0 }, new Uint8Array(4))],
    ['unsupported_encoding', '64-bit PCM', wavOf({ tag: 1, bits: 64 }, new Uint8Array(8))],
    ['unsupported_encoding', '16-bit float', wavOf({ tag: 3, bits: 16 }, new Uint8Array(4))],
    ['rate_out_of_range', '4 kHz', wavOf({ tag: 1, bits: 16, rate: 4_000 }, new Uint8Array(4))],
    ['rate_out_of_range', '384 kHz', wavOf({ tag: 1, bits: 16, rate: 384_000 }, new Uint8Array(4))],
    ['no_samples', 'an empty data chunk', wavOf({ tag: 1, bits: 16 }, new Uint8Array(0))],
    ['no_samples', 'less than one sample', wavOf({ tag: 1, bits: 32 }, new Uint8Array(3))],
    ['no_samples', 'no data chunk', riff(chunk('fmt ', formatBody({ tag: 1, bits: 16 })))],
  ])('is refused as %s: %s', (code, _, bytes) => {
    expect(codeOf(() => readWav(bytes))).toBe(code)
    expect(messageOf(bytes)).toMatch(/^[A-Z].*\.$/)
  })

  it('names the encoding it cannot read', () => {
    expect(messageOf(wavOf({ tag: 17, bits: 4 }, new Uint8Array(4)))).toContain('IMA ADPCM')
    expect(messageOf(wavOf({ tag: 0x1234, bits: 4 }, new Uint8Array(4)))).toContain('0x1234')
    expect(messageOf(wavOf({ tag: 1, bits: 48 }, new Uint8Array(6)))).toContain('48 bits')
  })

  it('is refused over the limit', () => {
    const bytes = writeWav({ sampleRate: 16_000, samples: new Int16Array(100) })
    expect(codeOf(() => readWav(bytes, { maxBytes: 100 }))).toBe('too_large')
    expect(codeOf(() => readWav(bytes, { maxBytes: 244 }))).toBe(undefined)
  })

  it('is a WavError or sound, whatever the bytes', () => {
    const valid = fc
      .tuple(sound, fc.constantFrom('pcm16', 'float32', 'ulaw', 'alaw'))
      .map(([samples, encoding]) => writeWav({ sampleRate: 16_000, samples, encoding }))
    const damaged = fc
      .tuple(
        valid,
        fc.array(fc.tuple(fc.nat({ max: 70 }), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
        fc.nat(),
      )
      .map(([bytes, changes, length]) => {
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        return bytes.subarray(0, length % 5 === 0 ? length % bytes.length : bytes.length)
      })
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .uint8Array({ maxLength: 200 })
        .map(bytes => concat(text('RIFF'), u32(bytes.length), text('WAVE'), bytes)),
      damaged,
    )
    fc.assert(
      fc.property(anything, bytes => {
        if (codeOf(() => readWav(bytes))) return
        const wav = readWav(bytes)
        expect(wav.samples.length).toBeGreaterThan(0)
        expect(wav.samples.length).toBeLessThanOrEqual(bytes.length)
        expect(wav.channelData.length).toBe(wav.channels)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('readWavFile', () => {
  it('reads every recording among the fixtures whole', async () => {
    const folders = ['clips', 'conv', 'noise', 'traps']
    const lists = await Promise.all(
      folders.map(async folder => (await readdir(fixtures + folder)).map(name => `${folder}/${name}`)),
    )
    const files = lists.flat()
    expect(files.length).toBeGreaterThan(50)
    for (const file of files) {
      const wav = await readWavFile(fixtures + file)
      expect(wav.truncated, file).toBe(false)
      expect(wav.durationMs, file).toBeGreaterThan(10)
      expect(
        wav.samples.some(sample => Math.abs(sample) > 300),
        file,
      ).toBe(true)
    }
  })

  it('finds the durations and rates of the labels', async () => {
    const expected = {
      'conv/dev-web-en48.wav': 48_000,
      'conv/dev-vad-en8-ulaw.wav': 8_000,
      'clips/jfk.wav': 16_000,
    }
    for (const [file, rate] of Object.entries(expected)) {
      expect((await readWavFile(fixtures + file)).sampleRate).toBe(rate)
    }
    expect((await readWavFile(`${fixtures}conv/dev-vad-en8-ulaw.wav`)).encoding).toBe('ulaw')
  })

  it('refuses a file of 2 GiB before it reads any of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-wav-'))
    const path = join(folder, 'huge.wav')
    await writeFile(path, wavHeader({ sampleRate: 16_000, channels: 1 }))
    await truncate(path, 2 ** 31 + 44)
    await expect(readWavFile(path)).rejects.toMatchObject({ name: 'WavError', code: 'too_large' })
    await rm(folder, { recursive: true })
  })

  it('lets errors of the file system pass', async () => {
    await expect(readWavFile(join(fixtures, 'no-such-file.wav'))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(readWavFile(fixtures)).rejects.toMatchObject({ code: 'EISDIR' })
  })

  it('agrees with reading the bytes oneself', async () => {
    const path = `${fixtures}clips/en-hello.wav`
    expect(await readWavFile(path)).toEqual(readWav(await readFile(path)))
  })
})

function concat16(blocks: readonly Int16Array[]): Int16Array {
  return Int16Array.from(blocks.flatMap(block => [...block]))
}
