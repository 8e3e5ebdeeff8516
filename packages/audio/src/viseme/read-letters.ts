/** Reads the letters of a word in its language: by the rules of English or Spanish, else as most languages do. */
import { readEnglish } from './english-letters.js'
import { readLatin } from './latin-letters.js'
import type { LetterGroup } from './letter-rules.js'
import { readSpanish } from './spanish-letters.js'

/** `word` is one of letters alone, as `plainLetters` gives it. */
export function readLetters(word: string, language: string): readonly LetterGroup[] {
  if (/^en(?:-|$)/i.test(language)) return readEnglish(word)
  if (/^es(?:-|$)/i.test(language)) return readSpanish(word, language)
  return readLatin(word)
}

/** In lower case, without what is no letter; English also without accents, but for the é that is spoken. */
export function plainLetters(text: string, language: string): string {
  const letters = text.toLowerCase()
  const plain = /^en(?:-|$)/i.test(language)
    ? letters.normalize('NFC').replace(/[^é]/gu, each => each.normalize('NFD').replace(/\p{M}/gu, ''))
    : letters.normalize('NFC')
  return plain.replace(/[^\p{L}\p{M}]/gu, '')
}

/** Whether it has letters of a script that nothing here can read. */
export function isUnread(text: string): boolean {
  return /[^\P{L}\p{Script=Latin}]/u.test(text)
}
