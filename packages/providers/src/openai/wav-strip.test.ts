import { writeWav } from '@parley/audio'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { soundReader } from './wav-strip.js'

const samples = Int16Array.of(1, -2, 30_000, -30_000, 5)
const wav = writeWav({ sampleRate: 24_000, samples })

function readIn(bytes: Uint8Array, cuts: readonly number[], rate = 24_000): number[] {
  const reader = soundReader('The server', rate)
  const places = [0, ...[...cuts].sort((one, other) => one - other), bytes.length]
  return places.slice(1).flatMap((to, at) => [...reader.read(bytes.subarray(places[at], to))])
}

describe('sound with or without a WAV header', () => {
  it('gives the same samples however the bytes are cut', () => {
    const pcm = wav.subarray(44)
    fc.assert(
      fc.property(fc.array(fc.nat(wav.length), { maxLength: 8 }), fc.boolean(), (cuts, hasHeader) => {
        const bytes = hasHeader ? wav : pcm
        expect(
          readIn(
            bytes,
            cuts.map(cut => Math.min(cut, bytes.length)),
          ),
        ).toEqual([...samples])
      }),
    )
  })

  it('skips other chunks before the sound', () => {
    const list = Buffer.concat([Buffer.from('LIST'), Buffer.from([3, 0, 0, 0]), Buffer.from('abc\0')])
    const bytes = Buffer.concat([wav.subarray(0, 36), list, wav.subarray(36)])
    expect(readIn(bytes, [30, 41])).toEqual([...samples])
  })

  it('says which rate to set when the header has another', () => {
    expect(() => readIn(wav, [], 16_000)).toThrow('24000 Hz, 1 channel(s), 16 bits')
    const stereo = writeWav({ sampleRate: 24_000, samples: [samples, samples] })
    expect(() => readIn(stereo, [])).toThrow('2 channel(s)')
  })
})
