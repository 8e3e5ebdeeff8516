/**
 * The caller's sound where only the far end's word makes turns of it: where what belongs to none yet began, the words
 * that were heard in it, and a voice that a turn broke off.
 */

import { WordHold, type Words } from './word-hold.js'

/** Transcripts kept: of a dictation, a sentence or two each, which may last as long as a session. */
const WORDS_KEPT = 1_000

export class ToldSound {
  /** In media time, ms. */
  #sinceMs = 0
  #brokenOff = false
  readonly #words = new WordHold(WORDS_KEPT)

  /** Where the sound begins that belongs to no turn yet, in media time. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  /** What came so far belongs to a turn, or to none for ever. */
  taken(mediaMs: number): void {
    this.#sinceMs = mediaMs
  }

  forget(mediaMs: number): void {
    this.taken(mediaMs)
    this.#words.take()
  }

  /** False for words of a turn before. */
  keep(words: Words): boolean {
    if ((words.startMs + words.atMs) / 2 <= this.#sinceMs) return false
    this.#words.add(words)
    return true
  }

  takeWords(): readonly Words[] {
    return this.#words.take()
  }

  /** A turn ended in the middle of a voice, or did not. */
  ended(midVoice: boolean): void {
    this.#brokenOff = midVoice
  }

  get isBrokenOff(): boolean {
    return this.#brokenOff
  }

  /** Whether a voice had been broken off; what follows is another stretch of speech. */
  takeBrokenOff(): boolean {
    const was = this.#brokenOff
    this.#brokenOff = false
    return was
  }
}
