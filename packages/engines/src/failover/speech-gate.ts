/**
 * Lets the sound of one voice pass in whole words, with the mouth shapes of just that sound, so that another can go on
 * where it stopped. A voice that times its
 * words is held to their ends. Of one that does not, sound passes up to the latest quiet place, and which word that is
 * follows from how fast the voice speaks.
 */

import { createCueQueue } from '@parley/audio'
import type { SpeechPart } from '@parley/core'
import { createQuietPoints } from './quiet-points.js'
import type { SpeakingPace } from './speaking-pace.js'
import { createWordPlace } from './word-place.js'
import { type WrittenWord, writtenWords } from './written-words.js'

export interface SpeechGateOptions {
  readonly text: string
  readonly sampleRate: number
  /** Whether the voice times its words; undefined: not known. */
  readonly timed: boolean | undefined
  readonly pace: SpeakingPace
}

export type SpokenPart = Exclude<SpeechPart, { readonly kind: 'usage' }>

export interface SpeechGate {
  readonly sampleRate: number
  /** What may pass with this part. */
  feed(part: SpokenPart): readonly SpokenPart[]
  /** The voice is through: what was held. */
  end(): readonly SpokenPart[]
  /** Whether the voice has timed a word. */
  readonly timed: boolean
  /** Whether so little came that the voice cannot have said it all. */
  readonly isShort: boolean
  /** Sound passed, ms. */
  readonly passedMs: number
  /** The text whose sound has not passed; empty if all has. */
  readonly rest: string
}

/** The most that is held, ms of sound. */
const LONGEST_HOLD_MS = 1_500
/** Times of words are rounded. */
const TOLERANCE_MS = 2
/** More than this is no rounding. */
const ROUNDING_MS = 50
/** A voice that takes less of its usual time has not said everything. */
const SHORT = 0.6
/** The same for one that has told every word but the last ones. */
const FULL = 0.9

export function createSpeechGate({ text, sampleRate, timed, pace }: SpeechGateOptions): SpeechGate {
  const words = writtenWords(text)
  const place = createWordPlace(text, words)
  const quiet = createQuietPoints(sampleRate)
  const held: Int16Array[] = []
  const shapes = createCueQueue()
  const waiting: Extract<SpokenPart, { kind: 'word' }>[] = []
  /** Moments at which so many words are spoken to their end, in order. */
  const ends: { readonly atMs: number; readonly spoken: number }[] = []
  let reached: { readonly atMs: number; readonly spoken: number } = { atMs: 0, spoken: 0 }
  let isTimed = false
  let arrived = 0
  let passed = 0
  let whole = false

  const msOf = (samples: number) => (samples * 1000) / sampleRate
  const samplesOf = (ms: number) => Math.round((ms * sampleRate) / 1000)

  function onWord(part: Extract<SpokenPart, { kind: 'word' }>): void {
    isTimed = true
    waiting.push(part)
    const found = place.find(part.text)
    if (found === undefined) return
    if (found.opens) ends.push({ atMs: part.startMs, spoken: found.index })
    if (found.closes) ends.push({ atMs: part.endMs, spoken: found.lastIndex + 1 })
  }

  /** How far sound may pass, in samples. */
  function limit(): number {
    const mayPass = timed === true || isTimed ? timedLimit() : quiet.latest
    // A hold without end would be a silence.
    return Math.max(mayPass, arrived - samplesOf(LONGEST_HOLD_MS))
  }

  function timedLimit(): number {
    const arrivedMs = msOf(arrived) + TOLERANCE_MS
    for (let next = ends[0]; next !== undefined && next.atMs <= arrivedMs; next = ends[0]) {
      ends.shift()
      if (next.spoken >= reached.spoken && next.atMs >= reached.atMs) reached = next
    }
    return Math.min(arrived, samplesOf(reached.atMs))
  }

  function pass(to: number): SpokenPart[] {
    const parts: SpokenPart[] = []
    const toMs = msOf(to)
    if (to > passed)
      for (let word = waiting[0]; word !== undefined && word.startMs < toMs; word = waiting[0]) {
        waiting.shift()
        parts.push(word)
      }
    const cues = shapes.cutAt(Math.max(toMs, msOf(passed)))
    if (cues.length > 0) parts.push({ kind: 'visemes', cues })
    while (passed < to) {
      const samples = held[0]
      if (samples === undefined) break
      const piece = samples.subarray(0, to - passed)
      if (piece.length === samples.length) held.shift()
      else held[0] = samples.subarray(piece.length)
      passed += piece.length
      parts.push({ kind: 'audio', samples: piece })
    }
    return parts
  }

  /** Words spoken by now: those known, and those that fit into the time since, to the nearest end of a word. */
  function spoken(): number {
    if (whole) return words.length
    let index = reached.spoken
    const overMs = msOf(passed) - reached.atMs
    if (overMs <= TOLERANCE_MS) return index
    let spentMs = 0
    for (const word of words.slice(index)) {
      const ms = pace.msOf([word])
      if (spentMs + ms / 2 > overMs) break
      spentMs += ms
      index++
    }
    return index
  }

  return {
    sampleRate,
    feed(part) {
      if (part.kind === 'visemes') shapes.add(part.cues)
      else if (part.kind === 'word') onWord(part)
      else if (part.samples.length > 0) {
        held.push(part.samples)
        arrived += part.samples.length
        quiet.hear(part.samples)
      }
      return pass(limit())
    },
    end() {
      whole = true
      // Figures take several times as long as letters.
      if (arrived > 0 && !/\p{N}/u.test(text)) pace.learn(words, msOf(arrived))
      return [...pass(arrived), ...waiting.splice(0)]
    },
    get timed() {
      return isTimed
    },
    get isShort() {
      const arrivedMs = msOf(arrived)
      const expectedMs = pace.isKnown ? pace.msOf(words) : undefined
      if (reached.spoken >= words.length) return false
      // Words were announced whose sound did not come.
      if (ends.some(({ atMs }) => atMs > arrivedMs + ROUNDING_MS)) return true
      const isUntold = isTimed && place.isSteady && place.reached < words.length
      if (isUntold && (expectedMs === undefined || arrivedMs < FULL * expectedMs)) return true
      return pace.isSure && expectedMs !== undefined && arrivedMs < SHORT * expectedMs
    },
    get passedMs() {
      return msOf(passed)
    },
    get rest() {
      return restOf(text, words, spoken())
    },
  }
}

function restOf(text: string, words: readonly WrittenWord[], spoken: number): string {
  const next = words[spoken]
  return next === undefined ? '' : text.slice(next.start)
}
