/** A text as a voice has spoken it once, to its end; and the same as bytes, for a cache outside the process. */

import type { SpeechPart } from '@parley/core'

export interface Rendition {
  readonly samples: Int16Array
  readonly words: readonly RenditionWord[]
}

type RenditionWord = Omit<Extract<SpeechPart, { readonly kind: 'word' }>, 'kind'>

/** Sound in one part, ms. */
const PIECE_MS = 200
/** What a word takes besides its text, bytes. */
const WORD_BYTES = 80

export function renditionBytes({ samples, words }: Rendition): number {
  return samples.byteLength + words.reduce((sum, { text }) => sum + WORD_BYTES + 2 * text.length, 0)
}

/** The parts it was made of, words with the sound they begin in. */
export function* partsOf({ samples, words }: Rendition, sampleRate: number): Generator<SpeechPart> {
  const size = Math.round((PIECE_MS * sampleRate) / 1000)
  let told = 0
  for (let at = 0; at < samples.length; at += size) {
    const endMs = ((at + size) * 1000) / sampleRate
    for (let word = words[told]; word !== undefined && word.startMs < endMs; word = words[++told])
      yield { kind: 'word', ...word }
    yield { kind: 'audio', samples: samples.subarray(at, at + size) }
  }
  for (const word of words.slice(told)) yield { kind: 'word', ...word }
}

/** The length of the words as JSON (uint32 LE), the words, a filler to even length, PCM16 LE. */
export function encodeRendition({ samples, words }: Rendition): Uint8Array {
  const head = new TextEncoder().encode(
    JSON.stringify(words.map(word => [word.text, word.startMs, word.endMs])),
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
  const words = wordsIn(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  if (words === undefined) return undefined
  const samples = new Int16Array((bytes.length - from) >> 1)
  for (let at = 0; at < samples.length; at++) samples[at] = view.getInt16(from + at * 2, true)
  return { samples, words }
}

function wordsIn(json: string): readonly RenditionWord[] | undefined {
  try {
    const rows: unknown = JSON.parse(json)
    if (!Array.isArray(rows)) return undefined
    return rows.map(row => {
      const [text, startMs, endMs] = row as readonly unknown[]
      if (typeof text !== 'string' || typeof startMs !== 'number' || typeof endMs !== 'number')
        throw new TypeError('not a word')
      return { text, startMs, endMs }
    })
  } catch {
    return undefined
  }
}

function evenUp(length: number): number {
  return length + (length % 2)
}
