/**
 * Places words over a stretch of sound from their estimated speaking time alone, and where the silences of the sound are
 * known, from those: a pause stands between two words, most likely where there is a mark.
 */

import type { Stretch } from './sound-levels.js'

export interface SpreadWord {
  /** Estimated speaking time, ms; only proportions matter. */
  readonly ms: number
  /** Whether a mark after it may pause the voice. */
  readonly pauses: boolean
}

/** Silences shorter than this are closures of consonants. */
export const LEAST_SILENCE_MS = 40

/** The end of each word, in ms, in order, between `fromMs` and `toMs`. `silences` lie between them, in order. */
export function spreadWords(
  words: readonly SpreadWord[],
  { fromMs, toMs }: Stretch,
  silences: readonly Stretch[] = [],
): number[] {
  if (words.length === 0) return []
  const voice = { fromMs, toMs }
  const inner: Stretch[] = []
  for (const silence of silences) {
    if (silence.fromMs <= voice.fromMs + 1 && inner.length === 0) voice.fromMs = Math.min(silence.toMs, toMs)
    else if (silence.toMs >= toMs - 10) voice.toMs = Math.max(voice.fromMs, silence.fromMs)
    else inner.push(silence)
  }
  const pauses = placePauses(words, voice, inner)
  const ends: number[] = []
  let first = 0
  let atMs = voice.fromMs
  for (const { after, silence } of [...pauses, { after: words.length - 1, silence: undefined }]) {
    const untilMs = silence?.fromMs ?? voice.toMs
    spreadEvenly(words.slice(first, after + 1), atMs, untilMs, ends)
    first = after + 1
    atMs = silence?.toMs ?? untilMs
  }
  return ends
}

function spreadEvenly(words: readonly SpreadWord[], fromMs: number, toMs: number, ends: number[]): void {
  const totalMs = words.reduce((sum, { ms }) => sum + ms, 0)
  let doneMs = 0
  for (const [index, { ms }] of words.entries()) {
    doneMs += ms
    const share = totalMs > 0 ? doneMs / totalMs : (index + 1) / words.length
    ends.push(fromMs + (toMs - fromMs) * share)
  }
}

interface Pause {
  /** Index of the word before it. */
  readonly after: number
  readonly silence: Stretch
}

interface Choice extends Pause {
  readonly cost: number
  readonly before: Choice | undefined
}

/** The likeliest place of each silence: after which word, or inside one. */
function placePauses(words: readonly SpreadWord[], voice: Stretch, silences: readonly Stretch[]): Pause[] {
  if (silences.length === 0 || words.length < 2) return []
  const startsMs = [0]
  for (const { ms } of words) startsMs.push((startsMs.at(-1) ?? 0) + ms)
  const marks = [0]
  for (const { pauses } of words) marks.push((marks.at(-1) ?? 0) + (pauses ? 1 : 0))
  const quietMs = silences.reduce((sum, each) => sum + lengthMs(each), 0)
  const scale = Math.max(1, voice.toMs - voice.fromMs - quietMs / 2) / Math.max(1, startsMs.at(-1) ?? 1)

  /** Words from `first` up to (not with) `end` lie between two places, over the silences `skipped` on the way. */
  const cost = (first: number, end: number, fromMs: number, toMs: number, skipped: readonly Stretch[]) => {
    const expectedMs = ((startsMs[end] ?? 0) - (startsMs[first] ?? 0)) * scale
    const offMs = toMs - fromMs - expectedMs
    const unpaused = (marks[end - 1] ?? 0) - (marks[first] ?? 0)
    const swallowed = skipped.reduce((sum, each) => sum + Math.max(0, lengthMs(each) - CLOSURE_MS), 0)
    return (offMs / (SLACK_MS + SLACK * expectedMs)) ** 2 + unpaused + swallowed / SWALLOWED_MS
  }

  const choices: Choice[] = []
  let best: Choice | undefined
  let bestCost = cost(0, words.length, voice.fromMs, voice.toMs, silences)
  for (const [index, silence] of silences.entries()) {
    const reached: Choice[] = []
    for (let after = 0; after < words.length - 1; after++) {
      const own = words[after]?.pauses ? 0 : UNMARKED + (lengthMs(silence) < CLOSURE_MS ? UNMARKED : 0)
      let before: Choice | undefined
      let least = cost(0, after + 1, voice.fromMs, silence.fromMs, silences.slice(0, index))
      for (const choice of choices) {
        if (choice.after >= after) continue
        const skipped = silences.slice(silences.indexOf(choice.silence) + 1, index)
        const total =
          choice.cost + cost(choice.after + 1, after + 1, choice.silence.toMs, silence.fromMs, skipped)
        if (total >= least) continue
        least = total
        before = choice
      }
      reached.push({ after, silence, cost: least + own, before })
    }
    choices.push(...reached)
    for (const choice of reached) {
      const rest = silences.slice(index + 1)
      const total = choice.cost + cost(choice.after + 1, words.length, silence.toMs, voice.toMs, rest)
      if (total >= bestCost) continue
      bestCost = total
      best = choice
    }
  }
  const pauses: Pause[] = []
  for (let choice = best; choice !== undefined; choice = choice.before) pauses.unshift(choice)
  return pauses
}

/** A closure inside a word lasts this long at most. */
const CLOSURE_MS = 90
/** A silence longer than that inside a word: one unit of cost for so much. */
const SWALLOWED_MS = 40
/** Cost of a pause where there is no mark. */
const UNMARKED = 2
/** How far the estimate of a stretch of words is off: this, and this share of it. */
const SLACK_MS = 60
const SLACK = 0.12

function lengthMs({ fromMs, toMs }: Stretch): number {
  return toMs - fromMs
}
