/**
 * Tolerant matching, for typed text that is no phrase word for word: how much of the text and of a pattern lie on each
 * other in order, by weight. A clear winner above a threshold is taken; a near tie is nobody's.
 */

import { editDistance } from './edit-distance.js'
import { type IntentMatch, readSlot } from './match.js'
import { readNumber } from './numbers.js'
import type { Pattern } from './phrase.js'
import type { Intent, Script } from './script.js'
import { wordListsOf } from './word-lists.js'
import { foldWord } from './words.js'

/** Share of both texts, by weight, that must agree. */
export const SCORE_THRESHOLD = 0.7
/** How far the best intent must be ahead of the next. */
export const SCORE_MARGIN = 0.08

const LIGHT_WEIGHT = 0.25
const SLOT_WEIGHT = 1
/** A slip costs this share of a word. */
const SLIP_COST = 0.15

interface Scorer {
  readonly script: Script
  readonly keys: readonly string[]
  readonly light: ReadonlySet<string>
  /** Likeness of each word of the text to a pattern's word, kept for the next pattern. */
  readonly likeness: Map<string, readonly number[]>
}

interface Scored {
  readonly score: number
  readonly values: ReadonlyMap<string, string>
}

/** The one intent a text most probably means, or nothing. */
export function guessIntent(
  intents: readonly Intent[],
  readings: readonly (readonly string[])[],
  script: Script,
): IntentMatch | undefined {
  const light = new Set(wordListsOf(script.language).light.map(foldWord))
  const scorers = readings.map(keys => ({
    script,
    keys,
    light,
    likeness: new Map<string, readonly number[]>(),
  }))
  let best: (IntentMatch & { readonly score: number }) | undefined
  let second = 0
  for (const intent of intents) {
    const scored = scoreIntent(intent, scorers)
    if (best !== undefined && scored.score <= best.score) {
      second = Math.max(second, scored.score)
      continue
    }
    second = best?.score ?? 0
    best = { intent, ...scored }
  }
  if (best === undefined || best.score < SCORE_THRESHOLD || best.score - second < SCORE_MARGIN)
    return undefined
  return best
}

function scoreIntent(intent: Intent, scorers: readonly Scorer[]): Scored {
  let best: Scored = { score: 0, values: new Map() }
  for (const scorer of scorers) {
    for (const { patterns } of intent.phrases) {
      for (const pattern of patterns) {
        const scored = scorePattern(pattern, scorer)
        if (scored.score > best.score) best = scored
      }
    }
  }
  return best
}

/** What lies on each other so far: weight of both sides, whether any of it carries meaning, and the slots. */
interface Cell {
  readonly weight: number
  readonly meant: boolean
  readonly values: readonly (readonly [string, string])[]
}

const nothing: Cell = { weight: 0, meant: false, values: [] }

function scorePattern(pattern: Pattern, scorer: Scorer): Scored {
  const { keys } = scorer
  const weightOf = (word: string) => (scorer.light.has(word) ? LIGHT_WEIGHT : 1)
  let total = keys.reduce((sum, key) => sum + weightOf(key), 0)
  let row: Cell[] = Array.from({ length: keys.length + 1 }, () => nothing)
  for (const token of pattern) {
    const next = [...row]
    if ('word' in token) {
      total += weightOf(token.word)
      layWord(token.word, row, next, scorer)
    } else {
      total += SLOT_WEIGHT
      laySlot(token.slot, row, next, scorer)
    }
    for (let at = 1; at < next.length; at++) {
      const left = next[at - 1] ?? nothing
      if (left.weight > (next[at] ?? nothing).weight) next[at] = left
    }
    row = next
  }
  const end = row[keys.length] ?? nothing
  return { score: end.meant && total > 0 ? end.weight / total : 0, values: new Map(end.values) }
}

function layWord(word: string, row: readonly Cell[], next: Cell[], scorer: Scorer): void {
  const likeness = likenessOf(word, scorer)
  const light = scorer.light.has(word)
  for (const [at, like] of likeness.entries()) {
    const before = row[at] ?? nothing
    if (like === 0) continue
    const weight = before.weight + 2 * like * (light ? LIGHT_WEIGHT : 1)
    if (weight <= (next[at + 1] ?? nothing).weight) continue
    next[at + 1] = { weight, meant: before.meant || !light, values: before.values }
  }
}

function laySlot(name: string, row: readonly Cell[], next: Cell[], { script, keys, light }: Scorer): void {
  const slot = script.slots.get(name)
  if (slot === undefined) return
  for (let at = 0; at < keys.length; at++) {
    const before = row[at] ?? nothing
    for (const reading of readSlot(slot.type, keys, at, script.language)) {
      const taken = keys
        .slice(at, reading.next)
        .reduce((sum, key) => sum + (light.has(key) ? LIGHT_WEIGHT : 1), 0)
      const weight = before.weight + SLOT_WEIGHT + taken
      if (weight <= (next[reading.next] ?? nothing).weight) continue
      next[reading.next] = { weight, meant: true, values: [...before.values, [name, reading.value]] }
    }
  }
}

function likenessOf(word: string, { keys, likeness, script }: Scorer): readonly number[] {
  const known = likeness.get(word)
  if (known !== undefined) return known
  const fresh = keys.map(key => likenessOfWords(word, key, script.language))
  likeness.set(word, fresh)
  return fresh
}

/** 1 for the same word, less for a slip of typing, 0 otherwise. Short words and numbers allow no slip. */
function likenessOfWords(word: string, key: string, language: string): number {
  if (word === key) return 1
  const length = Math.min(word.length, key.length)
  if (length < 4 || isNumber(word, language) || isNumber(key, language)) return 0
  const limit = length >= 8 ? 2 : 1
  const slips = editDistance(word, key, limit)
  return slips > limit ? 0 : 1 - slips * SLIP_COST
}

function isNumber(word: string, language: string): boolean {
  return readNumber([word], 0, 1, language) !== undefined
}
