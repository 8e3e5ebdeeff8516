/** Renditions in memory, the least recently used dropped first, and which texts were asked for before. */

import { type Rendition, renditionBytes } from './rendition.js'

export interface SpeechShelf {
  get(key: string): Rendition | undefined
  has(key: string): boolean
  /** Kept if it is not larger than an eighth of the whole. */
  put(key: string, rendition: Rendition): void
  /** Whether this was asked for before, as far as is remembered; it is from now on. */
  wasAsked(key: string): boolean
  readonly bytes: number
}

/** Texts remembered as asked for. */
const ASKED_KEPT = 10_000
/** A single rendition may take this share. */
const LARGEST = 1 / 8

/** `maxBytes`: default 64 MB, about half an hour of sound at 16 kHz. */
export function createSpeechShelf(maxBytes = 64_000_000): SpeechShelf {
  const kept = new Map<string, Rendition>()
  const asked = new Set<string>()
  let bytes = 0

  function drop(key: string): void {
    const rendition = kept.get(key)
    if (rendition === undefined) return
    kept.delete(key)
    bytes -= renditionBytes(rendition)
  }

  return {
    has: key => kept.has(key),
    get(key) {
      const rendition = kept.get(key)
      if (rendition === undefined) return undefined
      kept.delete(key)
      kept.set(key, rendition)
      return rendition
    },
    put(key, rendition) {
      const size = renditionBytes(rendition)
      if (size > maxBytes * LARGEST) return
      drop(key)
      kept.set(key, rendition)
      bytes += size
      for (const oldest of kept.keys()) {
        if (bytes <= maxBytes) break
        drop(oldest)
      }
    },
    wasAsked(key) {
      const before = asked.delete(key)
      asked.add(key)
      if (asked.size > ASKED_KEPT) {
        const [oldest] = asked
        if (oldest !== undefined) asked.delete(oldest)
      }
      return before
    },
    get bytes() {
      return bytes
    },
  }
}
