/** Headerless sound on Deepgram's sockets, in the encodings this simulator knows. */

import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '@parley/audio'

export const encodings = ['linear16', 'mulaw', 'alaw'] as const

export type Encoding = (typeof encodings)[number]

export function isEncoding(name: string): name is Encoding {
  return encodings.some(each => each === name)
}

export function decodeSound(bytes: Uint8Array, encoding: Encoding): Int16Array {
  if (encoding === 'mulaw') return decodeUlaw(bytes)
  if (encoding === 'alaw') return decodeAlaw(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const samples = new Int16Array(bytes.byteLength >> 1)
  for (let at = 0; at < samples.length; at++) samples[at] = view.getInt16(at * 2, true)
  return samples
}

export function encodeSound(samples: Int16Array, encoding: Encoding): Uint8Array {
  if (encoding === 'mulaw') return encodeUlaw(samples)
  if (encoding === 'alaw') return encodeAlaw(samples)
  const bytes = new Uint8Array(samples.length * 2)
  const view = new DataView(bytes.buffer)
  for (const [at, sample] of samples.entries()) view.setInt16(at * 2, sample, true)
  return bytes
}
