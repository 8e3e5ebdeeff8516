/**
 * From phones with their times to cues: a phone of two shapes (a diphthong) shares its time among them, one that has no
 * shape of its own (an h, a stop in the throat) is said with the mouth of its neighbour.
 */
import type { Viseme, VisemeCue } from './viseme.js'
import { joinedCues } from './viseme-cues.js'

export interface ShapedPhone {
  /** In order; none: as its neighbour. */
  readonly shapes: readonly Viseme[]
  readonly startMs: number
  readonly endMs: number
}

/** Of a diphthong its first vowel takes the longer part. */
const FIRST_SHARE = 0.6

/**
 * Cues for phones in order, ms of the same sound: in order, without overlap, neighbours of one shape joined. Phones whose
 * times are no numbers or run backwards are cut to what is left of them.
 */
export function visemesOfPhones(phones: readonly ShapedPhone[]): VisemeCue[] {
  const cues: VisemeCue[] = []
  for (const [index, { shapes, startMs, endMs }] of phones.entries()) {
    const own = shapes.length > 0 ? shapes : [neighbour(phones, index)]
    let fromMs = startMs
    for (const [place, viseme] of own.entries()) {
      const untilMs =
        place === own.length - 1 ? endMs : startMs + (endMs - startMs) * shareUntil(place, own.length)
      cues.push({ viseme, startMs: fromMs, endMs: untilMs })
      fromMs = untilMs
    }
  }
  return joinedCues(cues)
}

function shareUntil(place: number, count: number): number {
  return count === 2 ? FIRST_SHARE : (place + 1) / count
}

/** The next shape if it follows at once, else the one before. */
function neighbour(phones: readonly ShapedPhone[], index: number): Viseme {
  const next = phones.slice(index + 1).find(({ shapes }) => shapes.length > 0)?.shapes[0]
  if (next !== undefined && next !== 'sil') return next
  return (
    phones
      .slice(0, index)
      .findLast(({ shapes }) => shapes.length > 0)
      ?.shapes.at(-1) ??
    next ??
    'sil'
  )
}
