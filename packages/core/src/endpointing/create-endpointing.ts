/**
 * Endpointing as a hazard over silence. When a voice ends, what is known of the ending gives the odds that the turn is
 * over. Then silence itself is evidence: if the turn goes on, the pause is as long as this caller's pauses are, so
 *
 *   P(over | silent for s) = p / (p + (1 − p) · S(s)),   S(s) = share of pauses longer than s
 *
 * and the wait is the `s` at which that reaches the policy's confidence. Pure: the same calls give the same waits.
 */

import type { EndpointPolicy } from '../floor/policy.js'
import type { Reason } from '../judge/judge.js'
import { turnWordsOf } from '../language/index.js'
import type { TurnWords } from '../language/turn-words.js'
import type { Endpointing, EndpointWait } from './endpointing.js'
import { createPauseHabits } from './pause-habits.js'
import {
  baseOdds,
  crestOdds,
  drawlOdds,
  glideOdds,
  isDrawl,
  partialShare,
  wholeOdds,
  wordsOdds,
} from './turn-odds.js'
import { createVendorWord } from './vendor-word.js'
import { createVoiceEnding, type Ending } from './voice-ending.js'

/**
 * Endpointing for one caller. `words` are those of the BCP 47 `language`, or your own. The reasons of a wait are those
 * of the table in turn-odds.ts, as far as they are known.
 */
export function createEndpointing(
  policy: EndpointPolicy,
  language: string,
  words: TurnWords = turnWordsOf(language),
): Endpointing {
  const voice = createVoiceEnding()
  const habits = createPauseHabits()
  const vendor = createVendorWord()
  let ending: Ending | undefined
  let pausedAtMs: number | undefined
  let text = ''
  let final = false
  let whole = false

  const weigh = (): { odds: number; reasons: readonly Reason[] } => {
    const reasons: Reason[] = []
    let odds = baseOdds
    const add = (reason: Reason, more: number): void => {
      reasons.push(reason)
      odds += more
    }
    const { glide, crest, stretch } = ending ?? {}
    if (glide !== undefined) add({ kind: 'glide', value: rounded(glide) }, glideOdds(glide))
    if (crest !== undefined) add({ kind: 'crest', value: rounded(crest) }, crestOdds(crest))
    if (stretch !== undefined && ending !== undefined && isDrawl(ending))
      add({ kind: 'drawl', value: rounded(stretch) }, drawlOdds)
    const kind = words.ending(text)
    if (kind !== 'empty') add({ kind: 'words', text: kind }, wordsOdds[kind] * (final ? 1 : partialShare))
    if (whole) add({ kind: 'whole' }, wholeOdds)
    if (vendor.odds !== undefined)
      add({ kind: 'vendor', value: rounded(vendor.odds), text: vendor.signal ?? 'update' }, vendor.odds)
    reasons.push({ kind: 'pause-median', value: Math.round(habits.medianMs) })
    return { odds, reasons }
  }

  /** The silence in which odds of `odds` become the policy's confidence. */
  const silenceMs = (odds: number): number => {
    const { minMs, maxMs, confidence } = policy
    const share = Math.exp(odds) / (confidence / (1 - confidence))
    // The last millionth of pauses is longer than any wait.
    const ms = share >= 1 ? minMs : habits.exceededBy(Math.max(share, 1e-6))
    return Math.round(Math.min(Math.max(ms, minMs), Math.max(minMs, maxMs)))
  }

  return {
    begin() {
      voice.begin()
      vendor.forget()
      ending = undefined
      pausedAtMs = undefined
      text = ''
      final = false
      whole = false
    },
    hear: cues => voice.hear(cues),
    words(heard) {
      text = heard.text
      final = heard.final
      whole = heard.whole ?? false
    },
    signal(signal, confidence) {
      if (policy.vendor !== 'ignored') vendor.hear(signal, confidence)
    },
    paused(atMs) {
      pausedAtMs = atMs
      ending = voice.endingAt(atMs)
    },
    resumed(atMs) {
      if (pausedAtMs !== undefined) habits.learn(atMs - pausedAtMs)
      pausedAtMs = undefined
      ending = undefined
      // What the caller said before tells nothing of how the rest will end; the next words tell all of it.
      text = ''
      whole = false
      vendor.forget()
    },
    // Nothing is learnt of an end: a turn closed too early looks the same until the caller goes on.
    ended() {},
    wait(): EndpointWait {
      const { odds, reasons } = weigh()
      return { ms: silenceMs(odds), complete: 1 / (1 + Math.exp(-odds)), reasons }
    },
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
