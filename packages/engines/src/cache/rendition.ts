/** A text as a voice has spoken it once, to its end; and the same as bytes, for a cache outside the process. */

import { createCueQueue, type Viseme, type VisemeCue, visemes } from '@parley/audio'
import type { SpeechPart } from '@parley/core'

export interface Rendition {
  readonly samples: Int16Array
  readonly words: readonly RenditionWord[]
  /** Mouth shapes, as far as the voice gave them. */
  readonly cues: readonly VisemeCue[]
}

type RenditionWord = Omit<Extract<SpeechPart, { readonly kind: 'word' }>, 'kind'>

/** Sound in one part, ms. */
const PIECE_MS = 200
/** What a word takes besides its text, bytes. */
const WORD_BYTES = 80
/** What a cue takes, bytes. */
const CUE_BYTES = 64

export function renditionBytes({ samples, words, cues }: Rendition): number {
  const wordBytes = words.reduce((sum, { text }) => sum + WORD_BYTES + 2 * text.length, 0)
  return samples.byteLength + wordBytes + CUE_BYTES * cues.length
}

/** The parts it was made of, words and shapes with the sound they begin in. */
export function* partsOf({ samples, words, cues }: Rendition, sampleRate: number): Generator<SpeechPart> {
  const size = Math.round((PIECE_MS * sampleRate) / 1000)
  const shapes = createCueQueue(cues)
  let told = 0
  for (let at = 0; at < samples.length; at += size) {
    const endMs = ((at + size) * 1000) / sampleRate
    for (let word = words[told]; word !== undefined && word.startMs < endMs; word = words[++told])
      yield { kind: 'word', ...word }
    const shown = shapes.begunBefore(endMs)
    if (shown.length > 0) yield { kind: 'visemes', cues: shown }
    yield { kind: 'audio', samples: samples.subarray(at, at + size) }
  }
  for (const word of words.slice(told)) yield { kind: 'word', ...word }
}

/** The length of words and shapes as JSON (uint32 LE), these, a filler to even length, PCM16 LE. */
export function encodeRendition({ samples, words, cues }: Rendition): Uint8Array {
  const head = new TextEncoder().encode(
    JSON.stringify([
      words.map(word => [word.text, word.startMs, word.endMs]),
      cues.map(cue => [cue.viseme, cue.startMs, cue.endMs]),
    ]),
  )
  const from = evenUp(4 + head.length)
  const bytes = new Uint8Array(from + samples.length * 2)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, head.length, true)
  bytes.set(head, 4)
  for (let at = 0; at < samples.length; at++) view.setInt16(from + at * 2, samples[at] ?? 0, true)
  return bytes
}

/** Undefined for what is not the like. */
export function decodeRendition(bytes: Uint8Array): Rendition | undefined {
  if (bytes.length < 4) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(0, true)
  const from = evenUp(4 + length)
  if (from > bytes.length) return undefined
  const told = toldIn(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  if (told === undefined) return undefined
  const samples = new Int16Array((bytes.length - from) >> 1)
  for (let at = 0; at < samples.length; at++) samples[at] = view.getInt16(from + at * 2, true)
  return { samples, ...told }
}

function toldIn(json: string): Omit<Rendition, 'samples'> | undefined {
  try {
    const [words, cues] = JSON.parse(json) as readonly [unknown, unknown]
    return {
      words: rowsIn(words).map(([text, startMs, endMs]) => ({ text, startMs, endMs })),
      cues: rowsIn(cues).map(([name, startMs, endMs]) => ({ viseme: visemeNamed(name), startMs, endMs })),
    }
  } catch {
    return undefined
  }
}

function rowsIn(rows: unknown): readonly (readonly [string, number, number])[] {
  if (!Array.isArray(rows)) throw new TypeError('not rows')
  return rows.map(row => {
    const [text, startMs, endMs] = row as readonly unknown[]
    if (typeof text !== 'string' || typeof startMs !== 'number' || typeof endMs !== 'number')
      throw new TypeError('not a row')
    return [text, startMs, endMs]
  })
}

function visemeNamed(name: string): Viseme {
  const found = visemes.find(each => each === name)
  if (found === undefined) throw new TypeError('not a shape')
  return found
}

function evenUp(length: number): number {
  return length + (length % 2)
}
