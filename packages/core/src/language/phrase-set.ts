import { spokenWords } from './spoken-words.js'

/** Words and short phrases to look for in running words. */
export interface PhraseSet {
  /** Every single word that occurs in a phrase. */
  readonly words: ReadonlySet<string>
  /** Length in words of the longest phrase that begins at `at`; 0 where none does. */
  longestAt(words: readonly string[], at: number): number
  /** Length in words of the longest phrase with which the words end; 0 where they end with none. */
  longestEnd(words: readonly string[]): number
  /** Whether the words are phrases of the set from beginning to end. None at all are not. */
  covers(words: readonly string[]): boolean
}

export function createPhraseSet(entries: readonly string[]): PhraseSet {
  const split = entries.map(spokenWords)
  const phrases = new Set(split.map(words => words.join(' ')))
  const longest = Math.max(0, ...split.map(words => words.length))

  const is = (words: readonly string[], from: number, to: number): boolean =>
    phrases.has(words.slice(from, to).join(' '))

  const longestAt = (words: readonly string[], at: number): number => {
    for (let count = Math.min(longest, words.length - at); count > 0; count--)
      if (is(words, at, at + count)) return count
    return 0
  }

  const longestEnd = (words: readonly string[]): number => {
    for (let count = Math.min(longest, words.length); count > 0; count--)
      if (is(words, words.length - count, words.length)) return count
    return 0
  }

  /** Ends reachable by whole phrases, so that a long phrase does not hide two short ones. */
  const covers = (words: readonly string[]): boolean => {
    const reached = new Set([0])
    for (let from = 0; from < words.length; from++) {
      if (!reached.has(from)) continue
      for (let count = 1; count <= longest && from + count <= words.length; count++)
        if (is(words, from, from + count)) reached.add(from + count)
    }
    return words.length > 0 && reached.has(words.length)
  }

  return { words: new Set(split.flat()), longestAt, longestEnd, covers }
}
