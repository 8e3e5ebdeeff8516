/**
 * How long a voice takes for a word, estimated from its spelling: the phones of Spanish are near its letters, those of
 * English are counted by its commonest spellings; figures, money and spelled letters count as they are read out. Only
 * the proportions matter, because words are spread over sound whose length is known.
 */

import { spokenNumber } from './spoken-numbers.js'

/**
 * ms of a voice at its usual pace: least squares over the words of two voices (English) and one (Spanish), half of the
 * sentences of bench/src/words.
 */
interface Pace {
  readonly wordMs: number
  readonly vowelMs: number
  readonly consonantMs: number
  /** How much longer a word is drawn before a mark. */
  readonly lastMs: number
}

const paces: Readonly<Record<'en' | 'es', Pace>> = {
  en: { wordMs: 25, vowelMs: 56, consonantMs: 75, lastMs: 135 },
  es: { wordMs: 22, vowelMs: 75, consonantMs: 59, lastMs: 105 },
}

/** Looked at of a word, in characters. */
const LONGEST_WORD = 200
/** A letter that is spelled: a long vowel, and a consonant more often than not. */
const SPELLED_MS = 190

const signs: ReadonlyMap<string, Readonly<Record<'en' | 'es', string>>> = new Map([
  ['$', { en: 'dollars', es: 'dolares' }],
  ['€', { en: 'euros', es: 'euros' }],
  ['£', { en: 'pounds', es: 'libras' }],
  ['%', { en: 'percent', es: 'por ciento' }],
  ['&', { en: 'and', es: 'y' }],
  ['@', { en: 'at', es: 'arroba' }],
  ['+', { en: 'plus', es: 'mas' }],
  ['#', { en: 'number', es: 'numero' }],
])

const mark = /[,;:.!?…—–)\]]['"’”»)\]]*$/

/** Whether a voice may pause after the word. */
export function pausesAfter(word: string): boolean {
  return mark.test(word.trimEnd())
}

/** Estimated ms of a word as written, with its marks; 0 for what has nothing to say. */
export function speakingMs(word: string, language: string): number {
  const tongue = /^es/i.test(language) ? 'es' : 'en'
  // What is longer is no word; the text of a clause is not either.
  const parts = word
    .slice(0, LONGEST_WORD)
    .normalize('NFC')
    .match(/\d+(?:[.,]\d{3})+(?!\d)|\d+|\p{L}+(?:['’]\p{L}+)*|[$€£%&@+#]/gu)
  if (parts === null) return 0
  const lastMs = pausesAfter(word) ? paces[tongue].lastMs : 0
  return parts.reduce((sum, part) => sum + partMs(part, tongue), lastMs)
}

function partMs(part: string, tongue: 'en' | 'es'): number {
  if (/^\d/.test(part)) return textMs(spokenNumber(part.replace(/[.,]/g, ''), tongue), tongue)
  const sign = signs.get(part)
  if (sign !== undefined) return textMs(sign[tongue], tongue)
  // Letters without a vowel, or a few capitals, are spelled.
  const letters = part.normalize('NFD').replace(/\p{M}/gu, '')
  if (isSpelled(letters)) return letters.length * SPELLED_MS
  return textMs(letters, tongue)
}

function isSpelled(letters: string): boolean {
  if (/^[A-Z]{2,4}$/.test(letters)) return true
  return letters.length > 1 && !/[aeiouy]/i.test(letters)
}

function textMs(text: string, tongue: 'en' | 'es'): number {
  const { wordMs, vowelMs, consonantMs } = paces[tongue]
  let ms = 0
  for (const word of text.toLowerCase().split(/\s+/)) {
    if (word === '') continue
    const { vowels, consonants } = tongue === 'es' ? spanishPhones(word) : englishPhones(word)
    ms += wordMs + vowels * vowelMs + consonants * consonantMs
  }
  return ms
}

interface Phones {
  readonly vowels: number
  readonly consonants: number
}

/** Two vowels in one syllable count less than two, because they glide. */
const GLIDE = 0.6

function spanishPhones(word: string): Phones {
  const plain = word
    .replace(/ch|ll|rr|sh/g, 'c')
    .replace(/q[uü]|gu(?=[ei])/g, 'k')
    .replace(/h/g, '')
    .replace(/x/g, 'ks')
    .replace(/y$/, 'i')
  const groups = plain.match(/[aeiou]+/g) ?? []
  const vowels = groups.reduce((sum, group) => sum + 1 + (group.length - 1) * GLIDE, 0)
  return { vowels, consonants: plain.replace(/[aeiou]/g, '').length }
}

function englishPhones(word: string): Phones {
  const plain = word
    .replace(/['’]/g, '')
    .replace(/(?<=[aeiouy].*[^aeiouy])e(?=s?$)/, '')
    .replace(/(?<=[aeiouy].*[^aeiouytd])ed$/, 'd')
    .replace(/^(kn|wr|gn)/, 'n')
    .replace(/igh/g, 'i')
    .replace(/augh|ough/g, 'o')
    .replace(/([bcdfgklmnprstvz])\1/g, '$1')
    .replace(/tch|ch|sh|th|ph|ck|wh|ng|dg/g, 't')
    .replace(/qu/g, 'kw')
    .replace(/x/g, 'ks')
    .replace(/(?<=[aeou])[yw]/g, 'i')
  const groups = plain.match(/[aeiou]+|(?<![aeiou])y(?![aeiou])/g) ?? []
  const consonants = plain.replace(/[aeiou]|(?<![aeiou])y(?![aeiou])/g, '').length
  return { vowels: Math.max(groups.length, 0.5), consonants }
}
