/** Names audio that is not a WAV by its first bytes, so that an error can say what was given. */
import { WavError } from './wav-error.js'

const magics: readonly (readonly [name: string, at: number, magic: string])[] = [
  ['Ogg', 0, 'OggS'],
  ['FLAC', 0, 'fLaC'],
  ['MP3', 0, 'ID3'],
  ['AIFF', 0, 'FORM'],
  ['MP4 or M4A', 4, 'ftyp'],
  ['WebM or Matroska', 0, '\x1a\x45\xdf\xa3'],
  ['AMR', 0, '#!AMR'],
  ['CAF', 0, 'caff'],
  ['AU', 0, '.snd'],
  ['ASF or WMA', 0, '\x30\x26\xb2\x75'],
  ['RF64 (a WAV over 4 GiB)', 0, 'RF64'],
  ['BW64 (a WAV over 4 GiB)', 0, 'BW64'],
  ['RIFX (a big-endian WAV)', 0, 'RIFX'],
  ['Wave64', 0, 'riff'],
]

/** The name of the format, or undefined if it is not known. */
export function sniffAudio(bytes: Uint8Array): string | undefined {
  const known = magics.find(([, at, magic]) => tagAt(bytes, at, magic.length) === magic)
  if (known) return known[0]
  return isMpegFrame(bytes) ? 'MP3 or AAC' : undefined
}

/** `length` bytes at `at` as Latin-1 text; shorter at the end of the bytes. */
export function tagAt(bytes: Uint8Array, at: number, length = 4): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
}

/** Eleven set bits begin an MPEG audio frame; 0xFFFF would be samples rather than a frame. */
function isMpegFrame(bytes: Uint8Array): boolean {
  const second = bytes[1] ?? 0
  return bytes[0] === 0xff && (second & 0xe0) === 0xe0 && second !== 0xff
}

/** @throws WavError where the bytes do not begin as a WAV does. */
export function requireRiff(bytes: Uint8Array): void {
  if (tagAt(bytes, 0) === 'RIFF' && tagAt(bytes, 8) === 'WAVE') return
  const name = sniffAudio(bytes)
  if (name) throw new WavError('other_format', `This is ${name}; convert it to a WAV of PCM16 first.`)
  throw new WavError('not_wav', 'This is not a WAV: it does not begin with RIFF and WAVE.')
}
