import type { Evidence } from '../floor/evidence.js'

export type Words = Extract<Evidence, { kind: 'transcript' }>

/** Transcripts kept; partials replace each other. */
const WORDS_KEPT = 32

/** Words that no turn has yet, for the one that they may become. */
export class WordHold {
  #words: Words[] = []

  add(words: Words): void {
    if (this.#words.at(-1)?.final === false) this.#words.pop()
    if (this.#words.length < WORDS_KEPT) this.#words.push(words)
  }

  take(): readonly Words[] {
    return this.#words.splice(0)
  }
}
