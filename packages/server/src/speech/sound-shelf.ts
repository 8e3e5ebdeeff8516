/** Sound of whole texts in memory, within a number of bytes, the least recently used dropped first. */

import type { SpeechPart } from '@parley/core'

/** A text as it was spoken, to its end. */
export interface SpokenText {
  readonly parts: readonly SpeechPart[]
  readonly sampleRate: number
  /** Who spoke it. */
  readonly voice: string
  readonly bytes: number
}

export interface SoundShelf {
  get(key: string): SpokenText | undefined
  /** Kept if it is not larger than a quarter of the whole. */
  put(key: string, spoken: SpokenText): void
  readonly bytes: number
}

const LARGEST = 1 / 4

export function createSoundShelf(maxBytes: number): SoundShelf {
  const kept = new Map<string, SpokenText>()
  let bytes = 0

  function drop(key: string): void {
    bytes -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }

  return {
    get(key) {
      const spoken = kept.get(key)
      if (spoken === undefined) return undefined
      kept.delete(key)
      kept.set(key, spoken)
      return spoken
    },
    put(key, spoken) {
      if (spoken.bytes > maxBytes * LARGEST) return
      drop(key)
      kept.set(key, spoken)
      bytes += spoken.bytes
      for (const oldest of kept.keys()) {
        if (bytes <= maxBytes) break
        drop(oldest)
      }
    },
    get bytes() {
      return bytes
    },
  }
}

/** What a part takes in memory, about. */
export function partBytes(part: SpeechPart): number {
  if (part.kind === 'audio') return part.samples.byteLength
  if (part.kind === 'visemes') return part.cues.length * 64
  return part.kind === 'word' ? 80 + part.text.length * 2 : 0
}
