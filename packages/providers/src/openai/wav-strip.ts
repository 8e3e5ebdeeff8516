/** Sound of a stream as samples, whether or not a WAV header stands before it. Some servers send one with `pcm` too. */

import { ParleyError } from '@parley/core'
import { pcmReader } from '../wire/pcm-bytes.js'

export interface SoundReader {
  /** @throws ParleyError `bad_config` for a WAV of another rate or shape. */
  read(bytes: Uint8Array): Int16Array
}

/** Longest header that is looked through, bytes. */
const MAX_HEADER = 64_000

export function soundReader(vendor: string, sampleRate: number): SoundReader {
  const pcm = pcmReader()
  let head: Buffer | undefined = Buffer.alloc(0)
  return {
    read(bytes) {
      if (head === undefined) return pcm.read(bytes)
      head = Buffer.concat([head, bytes])
      if (head.length < 4) return 'RIFF'.startsWith(head.toString('latin1')) ? new Int16Array(0) : flush(0)
      if (head.toString('latin1', 0, 4) !== 'RIFF') return flush(0)
      const from = dataStart(head)
      if (from !== undefined) {
        check(head)
        return flush(from)
      }
      if (head.length > MAX_HEADER)
        throw new ParleyError('provider_failed', `${vendor} sent a WAV without sound.`)
      return new Int16Array(0)
    },
  }

  function flush(from: number): Int16Array {
    const sound = head?.subarray(from) ?? Buffer.alloc(0)
    head = undefined
    return pcm.read(sound)
  }

  function check(wav: Buffer): void {
    const at = wav.indexOf('fmt ', 12, 'latin1') + 8
    const [tag, channels, rate, bits] = [
      wav.readUInt16LE(at),
      wav.readUInt16LE(at + 2),
      wav.readUInt32LE(at + 4),
      wav.readUInt16LE(at + 14),
    ]
    if ((tag === 1 || tag === 0xfffe) && channels === 1 && bits === 16 && rate === sampleRate) return
    const is = `${rate} Hz, ${channels} channel(s), ${bits} bits`
    throw new ParleyError(
      'bad_config',
      `${vendor} sends ${is}, and mono PCM16 at ${sampleRate} Hz is wanted; set sampleRate.`,
    )
  }
}

/** Where the sound begins; undefined while the header is not whole. */
function dataStart(wav: Buffer): number | undefined {
  for (let at = 12; at + 8 <= wav.length; ) {
    if (wav.toString('latin1', at, at + 4) === 'data') return at + 8
    const size = wav.readUInt32LE(at + 4)
    at += 8 + size + (size % 2)
  }
  return undefined
}
