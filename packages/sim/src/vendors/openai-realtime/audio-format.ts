/** The three formats of the Realtime API, as bytes and as samples. */

import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '@parley/audio'

export type AudioFormat =
  | { readonly type: 'audio/pcm'; readonly rate: 24_000 }
  | { readonly type: 'audio/pcmu' }
  | { readonly type: 'audio/pcma' }

export function rateOf(format: AudioFormat): number {
  return format.type === 'audio/pcm' ? 24_000 : 8_000
}

export function encodeAudio(samples: Int16Array, format: AudioFormat): string {
  if (format.type === 'audio/pcmu') return Buffer.from(encodeUlaw(samples)).toString('base64')
  if (format.type === 'audio/pcma') return Buffer.from(encodeAlaw(samples)).toString('base64')
  const bytes = Buffer.alloc(samples.length * 2)
  for (let at = 0; at < samples.length; at++) bytes.writeInt16LE(samples[at] ?? 0, at * 2)
  return bytes.toString('base64')
}

/** Undefined where it is no base64 or not of whole samples. */
export function decodeAudio(base64: string, format: AudioFormat): Int16Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined
  const bytes = Buffer.from(base64, 'base64')
  if (format.type === 'audio/pcmu') return decodeUlaw(bytes)
  if (format.type === 'audio/pcma') return decodeAlaw(bytes)
  if (bytes.length % 2 !== 0) return undefined
  const samples = new Int16Array(bytes.length / 2)
  for (let at = 0; at < samples.length; at++) samples[at] = bytes.readInt16LE(at * 2)
  return samples
}
