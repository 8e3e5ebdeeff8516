/**
 * Where a clause ends that has grown over the limit: at its last mark, else at its last blank, in neither case inside a
 * number, a sum with its unit, a date or an abbreviation; without one of them where it stands.
 */

import { isMonth } from './calendar-words.js'
import { judgeMark, type MarkRules, strong, weak } from './judge-mark.js'
import { LOOK_AHEAD } from './look-ahead.js'

const space = /\s/u
const speakable = /[\p{L}\p{N}]/u
const closing = /["'”»’)\]}*_]/u

/** The place of the cut, at most `max`. `text` must be whole or go `LOOK_AHEAD` beyond `max`. */
export function forcedCut(text: string, max: number, rules: MarkRules): number {
  const floor = text.search(speakable)
  let blank = 0
  for (let at = Math.min(max, text.length) - 1; at > Math.max(floor, 0); at--) {
    if (!space.test(text[at] ?? '') || space.test(text[at - 1] ?? '')) continue
    const end = endOfBlank(text, at, max)
    if (end > max) continue
    const isMark = endsWithMark(text, at, rules)
    if (isMark === false || isGlued(text, at)) continue
    if (isMark === true && end > max / 3) return end
    blank ||= end
  }
  return blank > 0 ? blank : hardCut(text, max)
}

function endOfBlank(text: string, from: number, max: number): number {
  let at = from
  while (at < max && space.test(text[at] ?? '')) at++
  return at
}

/** True: a mark that ends something; false: one that must not; undefined: none. */
function endsWithMark(text: string, blankAt: number, rules: MarkRules): boolean | undefined {
  let at = blankAt
  while (at > 0 && closing.test(text[at - 1] ?? '')) at--
  const end = at
  while (at > 0 && isMark(text[at - 1] ?? '')) at--
  if (at === end) return undefined
  return judgeMark(text, { at, end: blankAt }, { ...rules, min: 0, final: true }) === 'cut'
    ? true
    : mayCut(text, at)
}

/** What goes on behind a mark may yet be cut there, but for full stops and what holds figures together. */
function mayCut(text: string, at: number): false | undefined {
  return text[at] === '.' || /\p{N}/u.test(text[at - 1] ?? '') || weak.test(text[at] ?? '')
    ? false
    : undefined
}

function isMark(character: string): boolean {
  return strong.test(character) || weak.test(character)
}

const unit =
  /^(?:[€$£¥₹%‰°]|(?:h|km|kg|g|mg|cm|mm|m|ml|l|min|s|[ap]\.?\s?m|eur|usd|gbp|euros?|dólares|dollars?|pounds?|libras|pesos|cents?|céntimos|percent|por|million|billion|mil|millones|millón)(?![\p{L}\p{N}]))/iu
const sumBefore =
  /(?:[€$£¥₹#№§]|\b(?:US|MX|AR|C|R|A)\$|\b(?:EUR|USD|GBP|MXN|COP|ARS|CLP|PEN|número|number|page|página)|(?<!\p{L})n\.?[ºª°])$/iu

/** Whether a blank stands inside a number, a sum or a date. */
function isGlued(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - LOOK_AHEAD), at)
  const after = text.slice(at, at + LOOK_AHEAD).trimStart()
  const isFigureNext = /^[+-]?\p{N}/u.test(after)
  const wordAfter = /^\p{L}+/u.exec(after)?.[0] ?? ''
  const wordBefore = /\p{L}+(?=\.?$)/u.exec(before)?.[0] ?? ''
  if (/\p{N}$/u.test(before))
    return isFigureNext || unit.test(after) || isMonth(wordAfter) || /^(?:de|of)\s/iu.test(after)
  if (isFigureNext)
    return sumBefore.test(before) || isMonth(wordBefore) || (isDated(before) && /\b(?:de|of)$/iu.test(before))
  if (isMonth(wordBefore) && /^(?:de|of)\s+\p{N}/iu.test(after)) return true
  return isMonth(wordAfter) && /\p{N}(?:st|nd|rd|th|\.?[ºª])?(?:\s+(?:de|of))?$/iu.test(before)
}

/** A month or a figure stands before the last word: `26 de`, `mayo de`. */
function isDated(before: string): boolean {
  const word = /([\p{L}\p{N}]+)\.?\s+\p{L}+$/u.exec(before)?.[1] ?? ''
  return /\p{N}/u.test(word) || isMonth(word)
}

/** Not inside a character. */
function hardCut(text: string, max: number): number {
  return /[\uD800-\uDBFF]$/.test(text.slice(0, max)) ? max - 1 : max
}
