/**
 * Keeps what a voice said lately, because scripted agents say the same sentences all day. Sound is shared between all
 * who ask for it and never changed. Over its size, what was asked for longest ago goes first.
 */

import type { SpokenWords, VoiceWorker } from './voice-worker.js'

/** About eight minutes of speech at 16 kHz. */
const MOST_BYTES = 16_000_000

export function phraseShelf(speak: VoiceWorker['speak'], mostBytes = MOST_BYTES): VoiceWorker['speak'] {
  const shelf = new Map<string, SpokenWords>()
  let bytes = 0

  function keep(key: string, spoken: SpokenWords): void {
    if (shelf.has(key) || spoken.samples.byteLength > mostBytes) return
    shelf.set(key, spoken)
    bytes += spoken.samples.byteLength
    for (const [oldest, { samples }] of shelf) {
      if (bytes <= mostBytes) return
      shelf.delete(oldest)
      bytes -= samples.byteLength
    }
  }

  return async (words, speaker, signal) => {
    if (signal?.aborted === true) return undefined
    const key = JSON.stringify([speaker, ...words])
    const known = shelf.get(key)
    if (known !== undefined) {
      shelf.delete(key)
      shelf.set(key, known)
      return known
    }
    const spoken = await speak(words, speaker, signal)
    if (spoken !== undefined) keep(key, spoken)
    return spoken
  }
}
