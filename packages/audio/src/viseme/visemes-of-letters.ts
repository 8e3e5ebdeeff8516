/** Mouth shapes for voices that time each letter they were given. */
import type { ShapedPhone } from './phone-shapes.js'
import { visemesOfPhones } from './phone-shapes.js'
import { isUnread, plainLetters, readLetters } from './read-letters.js'
import { spokenDigits } from './spoken-digits.js'
import type { VisemeCue } from './viseme.js'

export interface TimedLetter {
  readonly char: string
  readonly startMs: number
  readonly endMs: number
}

/**
 * Cues for the letters of one word, with their places in the same sound; a silent letter is shown as its neighbour.
 * Empty if there is nothing to say, or a letter of a script that is not Latin.
 */
export function visemesOfLetters(word: readonly TimedLetter[], language: string): VisemeCue[] {
  if (word.some(({ char }) => isUnread(char))) return []
  const phones: ShapedPhone[] = []
  let run: TimedLetter[] = []
  const endRun = () => {
    phones.push(...phonesOf(run, language))
    run = []
  }
  for (const { char, startMs, endMs } of word) {
    if (/\p{N}/u.test(char)) {
      endRun()
      const shapes = readLetters(spokenDigits(char, language), language).flatMap(group => group.shapes)
      phones.push({ shapes, startMs, endMs })
      continue
    }
    // A letter whose accent stands apart, or that becomes two, keeps its one place.
    const letter = [...plainLetters(char, language)][0]
    if (letter !== undefined) run.push({ char: letter, startMs, endMs })
  }
  endRun()
  return phones.some(({ shapes }) => shapes.length > 0) ? visemesOfPhones(phones) : []
}

function phonesOf(letters: readonly TimedLetter[], language: string): ShapedPhone[] {
  return readLetters(letters.map(({ char }) => char).join(''), language).map(({ shapes, from, to }) => ({
    shapes,
    startMs: letters[from]?.startMs ?? 0,
    endMs: letters[to - 1]?.endMs ?? 0,
  }))
}
