import type { Evidence } from '../floor/evidence.js'

export type Words = Extract<Evidence, { kind: 'transcript' }>

/** Transcripts kept of an overlap; partials replace each other. */
const WORDS_KEPT = 32

/** Words that no turn has yet, for the one that they may become. */
export class WordHold {
  readonly #most: number
  #words: Words[] = []

  /** `most` transcripts are kept; later ones are dropped. */
  constructor(most = WORDS_KEPT) {
    this.#most = most
  }

  add(words: Words): void {
    if (this.#words.at(-1)?.final === false) this.#words.pop()
    if (this.#words.length < this.#most) this.#words.push(words)
  }

  take(): readonly Words[] {
    return this.#words.splice(0)
  }
}
