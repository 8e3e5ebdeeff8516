/**
 * Exact matching: a text is what a pattern says, word for word. Slots take as many words as their type can read, the
 * longest first; a pattern is short and a slot's reach is bounded, so trying all ways is cheap.
 */

import { readNumber, spelledWords } from './numbers.js'
import type { Pattern } from './phrase.js'
import type { Intent, Phrase, Script, SlotType, SlotValue } from './script.js'
import { wordsOf } from './words.js'

export type Values = ReadonlyMap<string, string>

/** A slot's value at a place of the text, and the word after it. */
export interface SlotReading {
  readonly value: string
  readonly next: number
}

export interface IntentMatch {
  readonly intent: Intent
  readonly values: Values
}

/** Longest text that is matched, in words. */
const WORDS_LOOKED_AT = 64

/**
 * The ways a text is looked at: with figures as written (`20 5` stays two numbers) and with figures spelled (`press 5`
 * is `press five`).
 */
export function readingsOf(text: string, language: string): readonly (readonly string[])[] {
  const written = wordsOf(text).map(word => word.key)
  const spelled = spelledWords(text, language).map(word => word.key)
  const same = written.join(' ') === spelled.join(' ')
  return (same ? [written] : [written, spelled]).map(keys => keys.slice(0, WORDS_LOOKED_AT))
}

/** Every way a slot can be read from word `at` on, longest first. */
export function readSlot(
  type: SlotType,
  keys: readonly string[],
  at: number,
  language: string,
): SlotReading[] {
  switch (type.kind) {
    case 'digits':
      return readDigits(type, keys, at, language)
    case 'number':
      return readWhole(type, keys, at, language)
    case 'list':
      return readListed(type.values, keys, at)
    default:
      return type satisfies never
  }
}

function readDigits(
  { min, max }: { readonly min: number; readonly max: number },
  keys: readonly string[],
  at: number,
  language: string,
): SlotReading[] {
  const found: SlotReading[] = []
  let figures = ''
  let next = at
  while (figures.length < max) {
    const number = readNumber(keys, next, keys.length, language)
    if (number === undefined) break
    figures += number.figures
    next = number.next
    if (figures.length >= min && figures.length <= max) found.unshift({ value: figures, next })
  }
  return found
}

function readWhole(
  { min, max }: { readonly min: number; readonly max: number },
  keys: readonly string[],
  at: number,
  language: string,
): SlotReading[] {
  const found: SlotReading[] = []
  let end = keys.length
  for (;;) {
    const number = readNumber(keys, at, end, language)
    if (number === undefined || number.figures.length > 6) return found
    const value = Number(number.figures)
    if (value >= min && value <= max) found.push({ value: String(value), next: number.next })
    end = number.next - 1
  }
}

function readListed(values: readonly SlotValue[], keys: readonly string[], at: number): SlotReading[] {
  const found: SlotReading[] = []
  for (const { name, ways } of values) {
    for (const { patterns } of ways) {
      for (const pattern of patterns) {
        const said = pattern.every((token, index) => 'word' in token && token.word === keys[at + index])
        if (said) found.push({ value: name, next: at + pattern.length })
      }
    }
  }
  return found.sort((one, other) => other.next - one.next)
}

/** The slots of a text that is exactly this pattern, or undefined. */
export function matchPattern(pattern: Pattern, keys: readonly string[], script: Script): Values | undefined {
  const pairs = matchFrom(pattern, 0, { keys, script }, 0)
  return pairs === undefined ? undefined : new Map(pairs)
}

type Pairs = readonly (readonly [string, string])[]

function matchFrom(
  pattern: Pattern,
  index: number,
  text: { readonly keys: readonly string[]; readonly script: Script },
  at: number,
): Pairs | undefined {
  const token = pattern[index]
  if (token === undefined) return at === text.keys.length ? [] : undefined
  if ('word' in token) {
    return token.word === text.keys[at] ? matchFrom(pattern, index + 1, text, at + 1) : undefined
  }
  const slot = text.script.slots.get(token.slot)
  if (slot === undefined) return undefined
  for (const { value, next } of readSlot(slot.type, text.keys, at, text.script.language)) {
    const rest = matchFrom(pattern, index + 1, text, next)
    if (rest !== undefined) return [[token.slot, value], ...rest]
  }
  return undefined
}

/** The first of these phrases that the text is, as the slots it fills, and how many of its words are the phrase's own. */
export function matchPhrases(
  phrases: readonly Phrase[],
  readings: readonly (readonly string[])[],
  script: Script,
): { readonly values: Values; readonly ownWords: number } | undefined {
  let best: { readonly values: Values; readonly ownWords: number } | undefined
  for (const keys of readings) {
    for (const { patterns } of phrases) {
      for (const pattern of patterns) {
        const values = matchPattern(pattern, keys, script)
        if (values === undefined) continue
        const ownWords = pattern.filter(token => 'word' in token).length
        if (best === undefined || ownWords > best.ownWords) best = { values, ownWords }
      }
    }
  }
  return best
}

/**
 * The one intent a text exactly says. The phrase with most words of its own wins (`press 5` over `press {digit}`);
 * two intents with as many give nothing, never one of them at random.
 */
export function matchIntent(
  intents: readonly Intent[],
  readings: readonly (readonly string[])[],
  script: Script,
): IntentMatch | undefined {
  let best: (IntentMatch & { readonly ownWords: number }) | undefined
  let tied = false
  for (const intent of intents) {
    const match = matchPhrases(intent.phrases, readings, script)
    if (match === undefined) continue
    if (best !== undefined && match.ownWords === best.ownWords) tied = true
    if (best !== undefined && match.ownWords <= best.ownWords) continue
    best = { intent, ...match }
    tied = false
  }
  return tied ? undefined : best
}

/** The value of a slot anywhere in a text, if there is exactly one longest. */
export function findSlot(
  type: SlotType,
  readings: readonly (readonly string[])[],
  language: string,
): string | undefined {
  for (const keys of readings) {
    let length = 0
    const values = new Set<string>()
    for (let at = 0; at < keys.length; at++) {
      for (const { value, next } of readSlot(type, keys, at, language)) {
        if (next - at > length) values.clear()
        length = Math.max(length, next - at)
        if (next - at === length) values.add(value)
      }
    }
    if (values.size > 0) return values.size === 1 ? [...values][0] : undefined
  }
  return undefined
}
