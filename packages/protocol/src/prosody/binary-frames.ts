/**
 * Frames as Float32, little-endian, one after the other without a header: 68 bytes each, in the order of this list. Of
 * `speaking` and `clipped` 1 is yes; `emotion` is its place in `prosodyEmotions`.
 */
import { type ProsodyFrame, prosodyEmotions } from '@parley/audio'

export const binaryProsodyFields = [
  'atMs',
  'pitchHz',
  'voicing',
  'semitones',
  'energy',
  'rms',
  'levelDb',
  'loudness',
  'voicedFraction',
  'tilt',
  'centroidHz',
  'harmonicity',
  'syllableRate',
  'speaking',
  'arousal',
  'emotion',
  'clipped',
] as const satisfies readonly (keyof ProsodyFrame)[]

/** Fails to compile when a frame gets a field that is not in the list. */
type Forgotten = Exclude<keyof ProsodyFrame, (typeof binaryProsodyFields)[number]>
const nothingForgotten: [Forgotten] extends [never] ? true : never = true

const emotionNames: readonly string[] = prosodyEmotions

export const PROSODY_FRAME_BYTES = binaryProsodyFields.length * 4

/** Writes one frame; `at` is a byte and `view` has `PROSODY_FRAME_BYTES` from there. */
export function writeProsodyFrame(frame: ProsodyFrame, view: DataView, at: number): void {
  let place = at
  for (const field of binaryProsodyFields) {
    view.setFloat32(place, numberOf(frame[field]), nothingForgotten)
    place += 4
  }
}

function numberOf(value: number | boolean | string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return emotionNames.indexOf(value)
}

/** @throws RangeError for bytes that are no whole number of frames */
export function readProsodyFrames(bytes: Uint8Array): ProsodyFrame[] {
  if (bytes.length % PROSODY_FRAME_BYTES !== 0)
    throw new RangeError(`${bytes.length} bytes are no whole number of frames of ${PROSODY_FRAME_BYTES}.`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / PROSODY_FRAME_BYTES }, (_, index) =>
    readFrame(view, index * PROSODY_FRAME_BYTES),
  )
}

function readFrame(view: DataView, at: number): ProsodyFrame {
  const read = (field: (typeof binaryProsodyFields)[number]) =>
    view.getFloat32(at + 4 * binaryProsodyFields.indexOf(field), true)
  return {
    atMs: read('atMs'),
    pitchHz: read('pitchHz'),
    voicing: read('voicing'),
    semitones: read('semitones'),
    energy: read('energy'),
    rms: read('rms'),
    levelDb: read('levelDb'),
    loudness: read('loudness'),
    voicedFraction: read('voicedFraction'),
    tilt: read('tilt'),
    centroidHz: read('centroidHz'),
    harmonicity: read('harmonicity'),
    syllableRate: read('syllableRate'),
    speaking: read('speaking') !== 0,
    arousal: read('arousal'),
    emotion: prosodyEmotions[read('emotion')] ?? 'neutral',
    clipped: read('clipped') !== 0,
  }
}
