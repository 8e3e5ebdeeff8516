import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadOpus, type Opus, OpusPacketError, type OpusRate } from './opus.js'
import { loadResampling } from './resampler.js'
import { silence, sine } from './tone.js'
import { readWavFile } from './wav-file.js'

const speechFile = fileURLToPath(new URL('../../../fixtures/audio/clips/jfk.wav', import.meta.url))

let opus: Opus
/** A human voice at 16 kHz and at 48 kHz. */
let speech: Readonly<Record<16_000 | 48_000, Int16Array>>

beforeAll(async () => {
  opus = await loadOpus()
  const { samples, sampleRate } = await readWavFile(speechFile)
  const at16 = samples.subarray(0, 8 * sampleRate)
  const resampler = (await loadResampling()).create({ fromRate: sampleRate, toRate: 48_000 })
  speech = { 16000: at16, 48000: resampler.process(at16).slice() }
  resampler.close()
})

type EncoderOptions = Parameters<Opus['encoder']>[0]

async function encodeAll(samples: Int16Array, options: EncoderOptions) {
  const encoder = await opus.encoder(options)
  const packets: Uint8Array[] = []
  for (let at = 0; at + encoder.frameSamples <= samples.length; at += encoder.frameSamples) {
    packets.push(encoder.encode(samples.subarray(at, at + encoder.frameSamples)))
  }
  encoder.close()
  return { packets, lookaheadMs: encoder.lookaheadMs }
}

async function decodeAll(packets: readonly Uint8Array[], sampleRate: OpusRate): Promise<Int16Array> {
  const decoder = await opus.decoder({ sampleRate })
  const decoded = packets.map(packet => decoder.decode(packet))
  decoder.close()
  return Int16Array.from(decoded.flatMap(samples => [...samples]))
}

/** Signal-to-noise ratio in dB of `got` against `want`, where `got` is `delay` samples late. */
function snrDb(want: Int16Array, got: Int16Array, delay: number): number {
  let signal = 0
  let error = 0
  for (let i = 0; i + delay < got.length && i < want.length; i++) {
    signal += (want[i] as number) ** 2
    error += ((want[i] as number) - (got[i + delay] as number)) ** 2
  }
  return 10 * Math.log10(signal / error)
}

/** Of the first array to as much of the second. */
function squaredDistance(one: Int16Array, other: Int16Array): number {
  return one.reduce((sum, sample, i) => sum + (sample - (other[i] as number)) ** 2, 0)
}

describe('Opus on a human voice', () => {
  it.each([
    { rate: 16_000, bitrate: 32_000, leastDb: 15 },
    { rate: 16_000, bitrate: 64_000, leastDb: 25 },
    { rate: 48_000, bitrate: 64_000, leastDb: 20 },
  ] as const)('follows the wave at $rate Hz and $bitrate bit/s, decoded straight to 16 kHz', async setup => {
    const { rate, bitrate, leastDb } = setup
    const { packets, lookaheadMs } = await encodeAll(speech[rate], { sampleRate: rate, bitrate })
    const decoded = await decodeAll(packets, 16_000)
    expect(snrDb(speech[16_000], decoded, Math.round(lookaheadMs * 16))).toBeGreaterThan(leastDb)
  })

  it('holds its bitrate within a tenth', async () => {
    for (const bitrate of [16_000, 32_000]) {
      const { packets } = await encodeAll(speech[48_000], { sampleRate: 48_000, bitrate })
      const bits = packets.reduce((sum, packet) => sum + packet.length * 8, 0)
      expect(Math.abs(bits / (packets.length * 0.02) / bitrate - 1)).toBeLessThan(0.1)
    }
  })

  it('delays by 2.5 ms at the default and by 6.5 ms for voip', async () => {
    const lookahead = async (options: EncoderOptions) => {
      const encoder = await opus.encoder(options)
      encoder.close()
      return encoder.lookaheadMs
    }
    expect(await lookahead({ sampleRate: 48_000 })).toBe(2.5)
    expect(await lookahead({ sampleRate: 48_000, bitrate: 16_000 })).toBe(6.5)
    expect(await lookahead({ sampleRate: 48_000, fec: true })).toBe(6.5)
    expect(await lookahead({ sampleRate: 48_000, dtx: true })).toBe(6.5)
    expect(await lookahead({ sampleRate: 48_000, bitrate: 16_000, mode: 'low-delay' })).toBe(2.5)
  })

  it.each([2.5, 5, 10, 20, 40, 60])('codes frames of %d ms', async frameMs => {
    const { packets } = await encodeAll(speech[16_000].subarray(0, 16_000), {
      sampleRate: 16_000,
      frameMs,
      mode: 'low-delay',
    })
    const decoded = await decodeAll(packets, 16_000)
    expect(decoded.length).toBe(packets.length * frameMs * 16)
  })
})

describe('Opus under loss', () => {
  it('makes up sound of the asked length that dies away', async () => {
    const { packets } = await encodeAll(sine({ rate: 16_000, hz: 300, durationMs: 400 }), {
      sampleRate: 16_000,
    })
    const decoder = await opus.decoder({ sampleRate: 16_000 })
    for (const packet of packets) decoder.decode(packet)
    const energy = (samples: Int16Array) => samples.reduce((sum, sample) => sum + sample * sample, 0)
    const first = decoder.conceal(320)
    expect(first.length).toBe(320)
    expect(energy(first)).toBeGreaterThan(1e6)
    let last = first
    for (let i = 0; i < 50; i++) last = decoder.conceal(320)
    expect(energy(last)).toBeLessThan(energy(first) / 100)
    expect(() => decoder.conceal(317)).toThrow(RangeError)
    decoder.close()
  })

  it('comes closer to a lost frame with FEC than without', async () => {
    const options = { sampleRate: 16_000, bitrate: 24_000, fec: true, packetLossPercent: 20 } as const
    const { packets } = await encodeAll(speech[16_000], options)
    const intact = await decodeAll(packets, 16_000)
    const errorOf = async (repair: 'conceal' | 'recover') => {
      const decoder = await opus.decoder({ sampleRate: 16_000 })
      let error = 0
      packets.forEach((packet, i) => {
        const lost = i % 5 === 4
        const next = packets[i + 1]
        const got =
          lost && next
            ? repair === 'recover'
              ? decoder.recover(next, 320)
              : decoder.conceal(320)
            : decoder.decode(packet)
        if (lost) error += squaredDistance(got, intact.subarray(i * 320))
      })
      decoder.close()
      return error
    }
    expect(await errorOf('recover')).toBeLessThan((await errorOf('conceal')) / 2)
  })

  it('sends next to nothing in silence with DTX', async () => {
    const { packets } = await encodeAll(silence({ rate: 16_000, durationMs: 2_000 }), {
      sampleRate: 16_000,
      dtx: true,
    })
    const small = packets.filter(packet => packet.length <= 2)
    expect(small.length).toBeGreaterThan(packets.length * 0.6)
    expect((await decodeAll(packets, 16_000)).length).toBe(32_000)
  })
})

describe('Opus given rubbish', () => {
  it('says what is wrong with a packet', async () => {
    const decoder = await opus.decoder({ sampleRate: 16_000 })
    const faultOf = (packet: Uint8Array) => {
      try {
        decoder.decode(packet)
        return undefined
      } catch (error) {
        return error instanceof OpusPacketError ? error.code : error
      }
    }
    expect(faultOf(new Uint8Array(0))).toBe('empty')
    expect(faultOf(new Uint8Array(100_000))).toBe('too_large')
    expect(faultOf(Uint8Array.of(0xff, 0xff, 0xff))).toBe('malformed')
    decoder.close()
  })

  it('goes on after any bytes, and after a refused packet as if it had never come', async () => {
    const sets = [
      (await encodeAll(speech[16_000], { sampleRate: 16_000 })).packets,
      (
        await encodeAll(speech[16_000], {
          sampleRate: 16_000,
          bitrate: 16_000,
          fec: true,
          packetLossPercent: 10,
        })
      ).packets,
    ]
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 })
    const step = fc.record({
      set: fc.nat({ max: sets.length - 1 }),
      packet: fc.nat({ max: 300 }),
      length: fc.option(fc.nat({ max: 120 })),
      damage,
      rubbish: fc.option(fc.uint8Array({ maxLength: 1_500 })),
      recover: fc.boolean(),
    })
    const decoders = await Promise.all([
      opus.decoder({ sampleRate: 16_000 }),
      opus.decoder({ sampleRate: 16_000 }),
    ])
    const [tried, spared] = decoders
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), steps => {
        for (const { set, packet, length, damage, rubbish, recover } of steps) {
          const good = sets[set]?.[packet] as Uint8Array
          const bad = rubbish?.slice() ?? good.slice(0, length ?? good.length)
          for (const [at, value] of damage) if (bad.length > 0) bad[at % bad.length] = value
          let refused = false
          try {
            const samples = recover ? tried.recover(bad, 320) : tried.decode(bad)
            expect(samples.length).toBeLessThanOrEqual(1_920)
          } catch (error) {
            expect(error).toBeInstanceOf(OpusPacketError)
            refused = true
          }
          if (!refused) recover ? spared.recover(bad, 320) : spared.decode(bad)
          expect(tried.decode(good)).toEqual(spared.decode(good))
        }
      }),
      { numRuns: 150 },
    )
    for (const decoder of decoders) decoder.close()
  })

  it('refuses frames of the wrong length and options out of range', async () => {
    const encoder = await opus.encoder({ sampleRate: 48_000 })
    expect(() => encoder.encode(new Int16Array(959))).toThrow(RangeError)
    expect(() => encoder.encode(new Int16Array(0))).toThrow(RangeError)
    expect(encoder.encode(new Int16Array(960)).length).toBeGreaterThan(0)
    encoder.close()
    await expect(opus.encoder({ sampleRate: 44_100 as OpusRate })).rejects.toThrow(RangeError)
    await expect(opus.decoder({ sampleRate: 44_100 as OpusRate })).rejects.toThrow(RangeError)
    await expect(opus.encoder({ sampleRate: 48_000, frameMs: 30 })).rejects.toThrow(RangeError)
    await expect(opus.encoder({ sampleRate: 48_000, bitrate: 0 })).rejects.toThrow(RangeError)
    await expect(opus.encoder({ sampleRate: 48_000, complexity: 11 })).rejects.toThrow(RangeError)
  })

  it('closes twice without harm, and says so when it is used afterwards', async () => {
    const encoder = await opus.encoder({ sampleRate: 16_000 })
    const decoder = await opus.decoder({ sampleRate: 16_000 })
    for (const codec of [encoder, decoder, encoder, decoder]) codec.close()
    expect(() => encoder.encode(new Int16Array(320))).toThrow(/freed/)
    expect(() => decoder.decode(Uint8Array.of(0x08))).toThrow(/freed/)
    expect(() => decoder.conceal(320)).toThrow(/freed/)
  })
})

it('keeps codecs apart while their number makes the memory grow', async () => {
  const { packets } = await encodeAll(speech[16_000].subarray(0, 16_000), { sampleRate: 16_000 })
  const alone = await decodeAll(packets, 16_000)
  const decoder = await opus.decoder({ sampleRate: 16_000 })
  const half = packets.length >> 1
  const decoded = packets.slice(0, half).map(packet => decoder.decode(packet))
  const others = await Promise.all(Array.from({ length: 800 }, () => opus.encoder({ sampleRate: 48_000 })))
  for (const other of others) other.encode(new Int16Array(960))
  decoded.push(...packets.slice(half).map(packet => decoder.decode(packet)))
  expect(Int16Array.from(decoded.flatMap(samples => [...samples]))).toEqual(alone)
  for (const codec of [...others, decoder]) codec.close()
})

it('frees its memory: thousands of codecs, one after another, do not grow the process by their size', async () => {
  const leakOfEachBytes = 20_000
  const useOne = async () => {
    const encoder = await opus.encoder({ sampleRate: 48_000 })
    encoder.encode(new Int16Array(960))
    encoder.close()
  }
  for (let i = 0; i < 200; i++) await useOne()
  const beforeBytes = process.memoryUsage.rss()
  for (let i = 0; i < 5_000; i++) await useOne()
  expect(process.memoryUsage.rss() - beforeBytes).toBeLessThan((5_000 * leakOfEachBytes) / 2)
})
