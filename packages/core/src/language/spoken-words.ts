/**
 * How words are compared: lower case, one form of every accented letter (accents are kept: "si" is not "sí"), one
 * apostrophe, no punctuation, hyphens as spaces, and a letter drawn out (three or more) as one: "nooo", "mmm".
 */

const APOSTROPHES = /[’ʼ`´]/g
const DRAWN_OUT = /(\p{L})\1{2,}/gu
const WORD = /[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}]+)*/gu
const DIGITS = /^\p{N}+$/u

/** The words of a text in the form in which they are compared. Words are what stands between spaces and hyphens. */
export function spokenWords(text: string): readonly string[] {
  return evenly(text).match(WORD)?.map(compared) ?? []
}

/** The text with each of its words, as many as `spokenWords` gives, replaced; what is between them stays. */
export function replaceWords(text: string, replace: (written: string, at: number) => string): string {
  let at = 0
  return evenly(text).replace(WORD, written => replace(written, at++))
}

/** Whether a word is written in digits. */
export function isDigits(word: string): boolean {
  return DIGITS.test(word)
}

function evenly(text: string): string {
  return text.normalize('NFC').replace(APOSTROPHES, "'")
}

function compared(word: string): string {
  return word.toLowerCase().replace(DRAWN_OUT, '$1')
}
