/** Simulated speech as a voice streams it: tenths of a second, each with the words that begin in it. */

import type { SimSpeech, SimWord } from './sim-brains.js'

export interface SpeechChunk {
  readonly samples: Int16Array
  readonly startMs: number
  readonly words: readonly SimWord[]
}

const CHUNK_MS = 100

export function speechChunks({ samples, words }: SimSpeech, sampleRate: number): SpeechChunk[] {
  const size = Math.round((sampleRate * CHUNK_MS) / 1000)
  const chunks: SpeechChunk[] = []
  for (let at = 0; at < samples.length; at += size) {
    const startMs = (at * 1000) / sampleRate
    const endMs = at + size >= samples.length ? Number.POSITIVE_INFINITY : startMs + CHUNK_MS
    chunks.push({
      samples: samples.subarray(at, at + size),
      startMs,
      words: words.filter(word => word.startMs >= startMs && word.startMs < endMs),
    })
  }
  return chunks
}
