/**
 * Speech whose words can be read back from its samples, so that a test can tell exactly which words were made, sent and
 * played. Each byte of a word's UTF-8 is 20 ms of a constant level, each gap between words 40 ms of silence; levels stay
 * readable through resampling and small changes of gain, but not through G.711 or Opus.
 */

import type { SimHeard, SimSpeech, SimWord } from './sim-brains.js'

const BYTE_MS = 20
const GAP_MS = 40
const FLOOR = 2_000
const STEP = 100
/** Below it there is silence. */
const SILENCE = FLOOR / 2

/** The sound of a text. Words are what white space divides; times are exact. */
export function codeSpeech(text: string, sampleRate: number): SimSpeech {
  const perMs = sampleRate / 1000
  const words: SimWord[] = []
  const blocks: { readonly level: number; readonly startMs: number; readonly endMs: number }[] = []
  let atMs = 0
  for (const word of text.split(/\s+/).filter(each => each !== '')) {
    const startMs = atMs
    for (const byte of new TextEncoder().encode(word)) {
      blocks.push({ level: FLOOR + byte * STEP, startMs: atMs, endMs: atMs + BYTE_MS })
      atMs += BYTE_MS
    }
    words.push({ text: word, startMs, endMs: atMs })
    atMs += GAP_MS
  }
  const samples = new Int16Array(Math.round(atMs * perMs))
  for (const { level, startMs, endMs } of blocks)
    samples.fill(level, Math.round(startMs * perMs), Math.round(endMs * perMs))
  return { samples, words }
}

/** The words in coded sound. A word that was cut is given as far as its whole bytes go, followed by `~`. */
export function readSpeech(samples: Int16Array, sampleRate: number): SimHeard {
  const perMs = sampleRate / 1000
  const words: SimWord[] = []
  let at = 0
  while (at < samples.length) {
    if ((samples[at] ?? 0) < SILENCE) {
      at++
      continue
    }
    let end = at
    while (end < samples.length && (samples[end] ?? 0) >= SILENCE) end++
    const word = readWord(samples.subarray(at, end), perMs)
    if (word !== '') words.push({ text: word, startMs: at / perMs, endMs: end / perMs })
    at = end
  }
  return { text: words.map(({ text }) => text).join(' '), words }
}

function readWord(run: Int16Array, perMs: number): string {
  const size = BYTE_MS * perMs
  const count = Math.round(run.length / size)
  const bytes = new Uint8Array(count)
  for (let index = 0; index < count; index++) {
    // The middle of a block is free of what filters do to its edges.
    const middle = run[Math.min(run.length - 1, Math.round((index + 0.5) * size))] ?? 0
    bytes[index] = Math.max(0, Math.min(255, Math.round((middle - FLOOR) / STEP)))
  }
  const cut = Math.abs(run.length - count * size) > size * 0.3
  const text = new TextDecoder().decode(bytes)
  return cut ? `${text}~` : text
}
