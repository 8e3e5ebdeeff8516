/** Times of characters, in the order of the text, joined to words; a word is whole when white space or the end comes. */

import { type TimedLetter, type VisemeCue, visemesOfLetters } from '@parley/audio'

export interface CharWords {
  /** Times are ms of the request's sound. */
  add(char: string, startMs: number, endMs: number): void
  end(): void
}

/** Gets each word, and before it the shapes of its letters. */
export interface CharListener {
  word(text: string, startMs: number, endMs: number): void
  visemes(cues: readonly VisemeCue[]): void
}

/** `language`, BCP 47, tells how letters are read. */
export function charWords(listener: CharListener, language: string): CharWords {
  let letters: TimedLetter[] = []

  function end(): void {
    const first = letters[0]
    const last = letters.at(-1)
    if (first === undefined || last === undefined) return
    const cues = visemesOfLetters(letters, language)
    if (cues.length > 0) listener.visemes(cues)
    listener.word(letters.map(({ char }) => char).join(''), first.startMs, last.endMs)
    letters = []
  }

  return {
    add(char, startMs, endMs) {
      if (char.trim() === '') return end()
      letters.push({ char, startMs, endMs: Math.max(startMs, letters[0]?.startMs ?? startMs, endMs) })
    },
    end,
  }
}
