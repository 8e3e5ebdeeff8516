/**
 * A text without what it tells of the caller, that still means the same to who reads it for the floor: words that are
 * in no list become "x", numbers "0".
 */

import type { PhraseSet } from './phrase-set.js'
import { isDigits, replaceWords, spokenWords } from './spoken-words.js'

/** `sets` are the lists of a language without its numbers. */
export function createMask(
  sets: readonly PhraseSet[],
  isNumber: (word: string) => boolean,
): (text: string) => string {
  const isListed = (word: string): boolean => sets.some(({ words }) => words.has(word))

  /** Whether the word alone is in a list, and not only as a part of a phrase ("one moment"). */
  const isPhrase = (word: string): boolean => sets.some(set => set.longestAt([word], 0) === 1)

  /** Whether a number stands beside the word that is nothing but a number: "five oh", and not "oh, oh". */
  const inNumber = (words: readonly string[], at: number): boolean => {
    let from = at
    let to = at
    while (isNumber(words[from] ?? '')) from--
    while (isNumber(words[to] ?? '')) to++
    return words.slice(from + 1, to).some(word => !isPhrase(word))
  }

  /** Which words stay. A number does as part of a phrase ("one moment"), or alone where it is listed and no number. */
  const staying = (words: readonly string[]): readonly boolean[] => {
    const stays = words.map(word => isListed(word) && !isNumber(word))
    words.forEach((_, at) => {
      for (const set of sets) {
        const count = set.longestAt(words, at)
        if (count > 1 || (count === 1 && !inNumber(words, at))) stays.fill(true, at, at + count)
      }
    })
    return stays
  }

  return text => {
    const words = spokenWords(text)
    const stays = staying(words)
    return replaceWords(text, (written, at) => {
      const word = words[at] ?? ''
      if (stays[at] === true) return written
      if (!isNumber(word)) return 'x'
      return isDigits(word) ? '0'.repeat([...word].length) : '0'
    })
  }
}
