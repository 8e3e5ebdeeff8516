/**
 * Phrases looked for in running words, whole word by whole word, whatever their case, accents and punctuation. A word
 * that ends in `*` stands for all that begin like it.
 */

import { foldWord } from '../scripted/words.js'

export interface PhraseMatch {
  in(text: string): boolean
}

const WORD = /[\p{L}\p{N}\p{M}]+(?:['’ʼ][\p{L}\p{N}\p{M}]+)*/gu

/** The words of a text in the form in which they are compared here. */
export function foldedWords(text: string): readonly string[] {
  return (text.normalize('NFC').match(WORD) ?? []).map(word => foldWord(word.replaceAll('ʼ', "'")))
}

/** Whether there is anything to look for in a phrase. */
export function hasWord(phrase: string): boolean {
  return foldedWords(phrase).length > 0
}

/** Those without a word find nothing. */
export function createPhraseMatch(phrases: readonly string[]): PhraseMatch {
  const patterns = phrases.filter(hasWord).map(patternOf)
  if (patterns.length === 0) return { in: () => false }
  const found = new RegExp(`(?:^| )(?:${patterns.join('|')})(?= |$)`, 'u')
  return { in: text => found.test(foldedWords(text).join(' ')) }
}

/** Folded words have letters and digits only: nothing in them means anything in a pattern. */
function patternOf(phrase: string): string {
  return phrase
    .split(/\s+/)
    .flatMap(part => {
      const words = foldedWords(part)
      return words.map((word, at) => (part.endsWith('*') && at === words.length - 1 ? `${word}[^ ]*` : word))
    })
    .join(' ')
}
