/**
 * Text as the scripted agent compares it: lower-case words without punctuation, accents or apostrophes. Phrases,
 * slot values, typed turns and recogniser output all pass through here, so that one spelling rule holds for all.
 */

/** Longest text that is looked at, in characters; a turn beyond it is cut, not refused. */
const TEXT_LIMIT = 2_000

/** One word of a text: `written` keeps accents and apostrophes (for the grammar), `key` is what is compared. */
export interface Word {
  readonly written: string
  readonly key: string
}

const wordPattern = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu
const accents = /\p{M}/gu
const apostrophes = /['’]/g

/** Splits a text into words. `What's up?` gives `what's`/`whats`, `up`/`up`; numbers stay as written. */
export function wordsOf(text: string): Word[] {
  const lower = text.slice(0, TEXT_LIMIT).normalize('NFC').toLowerCase()
  const words: Word[] = []
  for (const [match] of lower.matchAll(wordPattern)) {
    for (const piece of splitDigits(match))
      words.push({ written: piece.replaceAll('’', "'"), key: foldWord(piece) })
  }
  return words
}

/** The compared form of a single word. */
export function foldWord(word: string): string {
  return word.toLowerCase().replace(apostrophes, '').normalize('NFD').replace(accents, '')
}

/** `10am` is two words: a number never hides inside a word. */
function splitDigits(word: string): readonly string[] {
  return /\p{N}/u.test(word) ? (word.match(/[0-9]+|[^0-9]+/g) ?? [word]) : [word]
}
