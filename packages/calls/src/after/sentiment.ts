/** How the caller seems to feel, by the words said: a sum of weights that says which words it is made of. */

import { moodWordsOf } from './mood-words.js'

export interface Sentiment {
  /** -1 (angry) to 1 (delighted); 0 where nothing says anything. */
  readonly caller: number
  readonly reasons: readonly string[]
}

/** What one weight of 3 and no other comes to is 0.5; more of the same approaches 1. */
const HALF_AT = 3
const MAX_REASONS = 6
/** Words between a negation and what it turns. */
const NEGATION_REACH = 3
/** Longest phrase of the lists, in words. */
const LONGEST = 4

export function sentimentOf(sentences: readonly string[], language: string): Sentiment {
  const mood = moodWordsOf(language)
  if (mood === undefined) return { caller: 0, reasons: [`there is no list of words for ${language}`] }
  const found = new Map<string, { weight: number; count: number }>()
  for (const sentence of sentences) {
    const words = wordsOf(sentence)
    for (let at = 0; at < words.length; ) {
      const hit = phraseAt(words, at, mood.words)
      if (hit === undefined) {
        at++
        continue
      }
      const before = words.slice(Math.max(0, at - NEGATION_REACH), at)
      // A phrase that has its own negation means what it says.
      const negated = !mood.negations.has(words[at] ?? '') && before.some(word => mood.negations.has(word))
      const boosted = mood.boosters.has(words[at - 1] ?? '') ? 1.5 : 1
      const weight = hit.weight * boosted * (negated ? -0.5 : 1)
      const key = negated ? `not … ${hit.phrase}` : hit.phrase
      const entry = found.get(key) ?? { weight: 0, count: 0 }
      found.set(key, { weight: entry.weight + weight, count: entry.count + 1 })
      at += hit.length
    }
  }
  const entries = [...found].filter(([, { weight }]) => weight !== 0)
  const sum = entries.reduce((total, [, { weight }]) => total + weight, 0)
  const reasons = entries
    .sort(([, one], [, other]) => Math.abs(other.weight) - Math.abs(one.weight))
    .slice(0, MAX_REASONS)
    .map(
      ([phrase, { weight, count }]) =>
        `said “${phrase}”${count > 1 ? ` ${count} times` : ''} (${signed(weight)})`,
    )
  return { caller: Math.round((sum / (Math.abs(sum) + HALF_AT)) * 100) / 100, reasons }
}

function phraseAt(words: readonly string[], at: number, weights: Readonly<Record<string, number>>) {
  for (let length = Math.min(LONGEST, words.length - at); length > 0; length--) {
    const phrase = words.slice(at, at + length).join(' ')
    if (Object.hasOwn(weights, phrase)) return { phrase, length, weight: weights[phrase] ?? 0 }
  }
  return undefined
}

function wordsOf(text: string): readonly string[] {
  const folded = text.toLowerCase().replaceAll('’', "'").normalize('NFD').replace(/\p{M}/gu, '')
  return folded.match(/[\p{L}\p{N}']+/gu) ?? []
}

function signed(weight: number): string {
  return `${weight > 0 ? '+' : ''}${Math.round(weight * 10) / 10}`
}
