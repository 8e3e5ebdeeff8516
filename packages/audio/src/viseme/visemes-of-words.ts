/** Mouth shapes for voices that time their words and nothing within them: letters to shapes, shared over the word's time. */
import { isUnread, plainLetters, readLetters } from './read-letters.js'
import { usualMs } from './shape-length.js'
import { spokenDigits } from './spoken-digits.js'
import type { Viseme, VisemeCue } from './viseme.js'
import { joinedCues } from './viseme-cues.js'

export interface TimedText {
  /** One word as written, or several with their marks and spaces. */
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

/** A pause that a mark between words of one `text` makes, in the measure of `usualMs`. */
const COMMA_MS = 120
const STOP_MS = 250
/** Longer words are cut: nobody says them, and time is shared by letters. */
const LONGEST_WORD = 100

/**
 * Cues for timed words in order, with their places in the same sound; pauses between words are `sil`. `language` is BCP 47:
 * English and Spanish by their own rules, others by what Latin letters usually sound like. Empty if a word has letters of
 * another script: take the shapes from its sound.
 */
export function visemesOfWords(words: readonly TimedText[], language: string): VisemeCue[] {
  const cues: VisemeCue[] = []
  for (const { text, startMs, endMs } of words) {
    const shapes = shapesOfText(text, language)
    if (shapes === undefined) return []
    const lengthMs = shapes.reduce((sum, { ms }) => sum + ms, 0)
    let sumMs = 0
    for (const { viseme, ms } of shapes) {
      const fromMs = startMs + ((endMs - startMs) * sumMs) / lengthMs
      sumMs += ms
      cues.push({ viseme, startMs: fromMs, endMs: startMs + ((endMs - startMs) * sumMs) / lengthMs })
    }
  }
  return joinedCues(cues)
}

interface LongShape {
  readonly viseme: Viseme
  readonly ms: number
}

/** Undefined for a script that has no rules; empty where nothing is said. */
function shapesOfText(text: string, language: string): readonly LongShape[] | undefined {
  const found: LongShape[] = []
  let pauseMs = 0
  for (const [token] of text.toLowerCase().matchAll(/[\p{L}\p{M}\p{N}'’]+|[^\p{L}\p{M}\p{N}'’]+/gu)) {
    if (!/[\p{L}\p{N}]/u.test(token)) {
      pauseMs = pauseOf(token)
      continue
    }
    if (isUnread(token)) return undefined
    const shapes = shapesOfWord(token.slice(0, LONGEST_WORD), language)
    if (shapes.length === 0) continue
    if (found.length > 0 && pauseMs > 0) found.push({ viseme: 'sil', ms: pauseMs })
    pauseMs = 0
    for (const viseme of shapes) found.push({ viseme, ms: usualMs[viseme] })
  }
  return found
}

function pauseOf(marks: string): number {
  if (/[.!?…](?=\s|$)/u.test(marks)) return STOP_MS
  return /[,;:–—](?=\s|$)/u.test(marks) ? COMMA_MS : 0
}

function shapesOfWord(word: string, language: string): readonly Viseme[] {
  const found: Viseme[] = []
  for (const piece of word.split(/(\p{N})/u)) {
    const letters = /^\p{N}$/u.test(piece) ? spokenDigits(piece, language) : plainLetters(piece, language)
    for (const { shapes } of readLetters(letters, language))
      for (const shape of shapes) if (found.at(-1) !== shape) found.push(shape)
  }
  return found
}
