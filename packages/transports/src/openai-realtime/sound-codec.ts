/** The three formats of the Realtime API in base64. PCM is little-endian, as the hosts this runs on are. */
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '@parley/audio'
import type { RealtimeFormat } from '@parley/protocol'

export function encodeSound(samples: Int16Array, { type }: RealtimeFormat): string {
  if (type === 'audio/pcm')
    return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64')
  const bytes = type === 'audio/pcmu' ? encodeUlaw(samples) : encodeAlaw(samples)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** New samples; undefined where it is no base64 or not of whole samples. */
export function decodeSound(base64: string, { type }: RealtimeFormat): Int16Array | undefined {
  const bytes = Buffer.from(base64, 'base64')
  // What is no base64 is left out by the decoder: then the length gives it away.
  if (bytes.length !== decodedLength(base64)) return undefined
  if (type === 'audio/pcmu') return decodeUlaw(bytes)
  if (type === 'audio/pcma') return decodeAlaw(bytes)
  if (bytes.length % 2 !== 0) return undefined
  const samples = new Int16Array(bytes.length / 2)
  Buffer.from(samples.buffer).set(bytes)
  return samples
}

/** −1 where no bytes are written like that. */
function decodedLength(base64: string): number {
  const { length } = base64
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  const digits = length - padding
  // One digit alone is half a byte.
  return digits % 4 === 1 ? -1 : Math.floor((digits * 3) / 4)
}
