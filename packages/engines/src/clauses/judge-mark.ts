/** Whether a mark ends a clause, by what stands before and behind it. Pure; says `wait` until enough is there to tell. */

import { beforeFigure, leading, shortened } from './abbreviations.js'
import { isDay, isMonth, isShortDate, isZone } from './calendar-words.js'
import { isListNumber, isMarker } from './list-markers.js'
import { type Ahead, lookAhead } from './look-ahead.js'
import { startsSentence } from './sentence-starts.js'

export type Verdict = 'cut' | 'wait' | 'go-on'

export interface MarkPlace {
  /** The first mark. */
  readonly at: number
  /** Behind the marks, and the quotes that close behind them. */
  readonly end: number
}

export interface MarkRules {
  /** Least length of a clause that ends at a comma or the like. */
  readonly min: number
  /** Nothing comes after the text. */
  readonly final: boolean
  /** The number of the list's last item so far; 0 outside of a list. */
  readonly listed: number
}

export const strong = /[.!?…。！？]/u
export const weak = /[,;:—–]/u
const wide = /[。！？]/u
const space = /\s/u
const figure = /\p{N}/u
const capital = /[\p{Lu}¿¡“«"]/u
const small = /\p{Ll}/u
export function judgeMark(text: string, place: MarkPlace, rules: MarkRules): Verdict {
  const mark = text[place.at] ?? ''
  if (place.end >= text.length) return rules.final ? 'cut' : 'wait'
  if (wide.test(mark)) return 'cut'
  if (!space.test(text[place.end] ?? '')) return 'go-on'
  const ahead = lookAhead(text, place.end, rules.final)
  if (!strong.test(mark)) return judgeWeak(text, place, { ahead, rules })
  const marks = text.slice(place.at, place.end)
  const orWeak = () => judgeWeak(text, place, { ahead, rules })
  if (/^(\.{2,}|…)/u.test(marks)) return byCapital(ahead, orWeak)
  if (/["'”»’)\]}]/u.test(marks)) return byCapital(ahead, () => 'go-on')
  if (mark !== '.') return 'cut'
  return judgeStop(text, place, { ahead, rules })
}

interface Around {
  readonly ahead: Ahead
  readonly rules: MarkRules
}

/** A comma cuts once the clause is long enough, and never inside a number or a date. */
function judgeWeak(text: string, { at, end }: MarkPlace, { ahead, rules }: Around): Verdict {
  if (end < rules.min) return 'go-on'
  const before = text.slice(0, at)
  const last = wordBefore(before)
  const isFigure = figure.test(text[at - 1] ?? '') || /\p{N}(?:st|nd|rd|th|\.?[ºª])$/iu.test(before)
  const isDate = isDay(last) || isMonth(last)
  if (!isFigure && !isDate) return 'cut'
  if (ahead.next === undefined) return 'wait'
  if (figure.test(ahead.next)) return 'go-on'
  if (!isDate) return 'cut'
  if (ahead.word === undefined) return 'wait'
  return isMonth(ahead.word) ? 'go-on' : 'cut'
}

/** A single full stop ends a sentence unless it belongs to an abbreviation, a name, or the number of an item. */
function judgeStop(text: string, place: MarkPlace, { ahead, rules }: Around): Verdict {
  const before = text.slice(0, place.at).replace(/\\$/, '')
  const word = /(?:^|[^\p{L}.])[ap]\.\s?m$/iu.test(before) ? 'p.m' : shortWordBefore(before)
  if (word === '') return judgeNumber(before, { ahead, rules })
  if (isMarker(before) || leading.has(word.toLowerCase())) return 'go-on'
  if (isKnown(word) && weak.test(text.slice(place.at, place.end)))
    return judgeWeak(text, place, { ahead, rules })
  return /^\p{L}$/u.test(word) ? judgeInitial(before, ahead) : judgeShort(word, ahead)
}

function isKnown(word: string): boolean {
  return shortened.has(word.toLowerCase()) || word.includes('.') || isShortDate(word)
}

function judgeShort(word: string, ahead: Ahead): Verdict {
  const plain = word.toLowerCase()
  if (beforeFigure.has(plain)) {
    if (ahead.next === undefined) return 'wait'
    return figure.test(ahead.next) ? 'go-on' : 'cut'
  }
  if (/^[ap]\.?m$/.test(plain) || isShortDate(word)) return byCapital(ahead, () => 'go-on', holdsDate)
  if (shortened.has(plain) || /^(?:st|nd|rd|th)$/.test(plain)) return byCapital(ahead, () => 'go-on')
  if (/^\p{Lu}(?:\.\p{Lu})+$/u.test(word)) return judgeAcronym(ahead)
  return word.includes('.') ? byCapital(ahead, () => 'go-on') : 'cut'
}

/** `the U.S. Senate` goes on; `the U.S. Then` does not. */
function judgeAcronym(ahead: Ahead): Verdict {
  return byCapital(
    ahead,
    () => 'go-on',
    word => !startsSentence(word),
  )
}

/** `J. Smith` and `p. ej.` go on; `plan B. Then` and `plan b. Then` do not. */
function judgeInitial(before: string, ahead: Ahead): Verdict {
  const isName = /\p{Lu}$/u.test(before) && !/\p{Ll}+\s+I$/u.test(before)
  return byCapital(
    ahead,
    () => 'go-on',
    word => isName && !startsSentence(word),
  )
}

/** `1.` in front of an item goes on, and so does a figure before a small letter; the end of a year or a sum does not. */
function judgeNumber(before: string, { ahead, rules }: Around): Verdict {
  if (isListNumber(before, rules.listed)) return 'go-on'
  if (/(?:^|\s)S\/$/.test(before)) return judgeShort('s/', ahead)
  if (!/[\p{N}ºª]$/u.test(before)) return 'cut'
  if (ahead.next === undefined) return 'wait'
  return small.test(ahead.next) ? 'go-on' : 'cut'
}

function holdsDate(word: string): boolean {
  return isMonth(word) || isDay(word) || isZone(word)
}

/** Cuts before a capital (or the end), unless the word there goes on with what was before. */
function byCapital(ahead: Ahead, otherwise: () => Verdict, goesOn?: (word: string) => boolean): Verdict {
  if (ahead.next === undefined) return 'wait'
  if (ahead.next === '') return 'cut'
  if (!capital.test(ahead.next)) return otherwise()
  if (goesOn === undefined || !/\p{Lu}/u.test(ahead.next)) return 'cut'
  if (ahead.word === undefined) return 'wait'
  return goesOn(ahead.word) ? 'go-on' : 'cut'
}

function wordBefore(before: string): string {
  return /\p{L}+(?=\.?$)/u.exec(before)?.[0] ?? ''
}

/** Letters and stops up to a full stop: `Dr`, `p.m`, `U.S`, `n.º`; empty behind a figure or a sign. */
function shortWordBefore(before: string): string {
  if (/\p{N}[ºª]$/u.test(before)) return ''
  return /(?:\p{L}+\.)*[\p{L}ºª]+$/u.exec(before)?.[0] ?? ''
}
