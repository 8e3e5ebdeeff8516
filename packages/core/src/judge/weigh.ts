/**
 * How much voice it takes until an overlap claims the floor: the policy's time, longer or shorter for what is known.
 * Every term is a reason; a reader of the event log can add them up.
 */

import type { JudgePolicy } from '../floor/policy.js'
import type { OverlapBegin, Reason } from './judge.js'
import type { OverlapSound } from './overlap-sound.js'

/** What is known beside the sound. */
export interface Circumstances {
  readonly overlap: OverlapBegin
  /** Time since this caller was last let pass, ms of media time; infinite when never. */
  readonly sincePassMs: number
  /** Whether the words so far are all backchannel. */
  readonly backchannel: boolean
}

export interface Needed {
  readonly ms: number
  readonly reasons: readonly Reason[]
}

/** Voice needed before its quality says anything, ms. */
const QUALITY_AFTER_MS = 120

/** Terms in ms of voice. They stand for what people do, not for one recording; see docs/turn-taking.md. */
const terms = {
  /** Who was talked on over a moment ago and speaks again means it. */
  retry: { withinMs: 3_500, ms: -250 },
  /** The agent has hardly begun: it answered into a turn that was not over. */
  collision: { withinMs: 600, ms: -200 },
  loud: { db: 6, ms: -100 },
  soft: { db: -9, ms: 150 },
  /** Coughs, laughs and breath have little voice in them. */
  unvoiced: { share: 0.25, ms: 200 },
  backchannel: { ms: 400 },
} as const

export function neededVoice(
  policy: JudgePolicy,
  sound: OverlapSound,
  { overlap, sincePassMs, backchannel }: Circumstances,
): Needed {
  const reasons: Reason[] = [{ kind: 'claim-ms', value: policy.claimMs }]
  let ms = policy.claimMs
  const add = (kind: string, value: number) => {
    ms += value
    reasons.push({ kind, value })
  }
  if (sincePassMs >= 0 && sincePassMs <= terms.retry.withinMs) add('retry', terms.retry.ms)
  if (overlap.heardMs <= terms.collision.withinMs) add('collision', terms.collision.ms)
  if (backchannel) add('backchannel', terms.backchannel.ms)
  if (sound.voicedMs >= QUALITY_AFTER_MS) {
    const { loudnessDb } = sound
    if (loudnessDb !== undefined && loudnessDb >= terms.loud.db) add('loud', terms.loud.ms)
    if (loudnessDb !== undefined && loudnessDb <= terms.soft.db) add('soft', terms.soft.ms)
    if (sound.periodic <= terms.unvoiced.share) add('unvoiced', terms.unvoiced.ms)
  }
  return { ms: Math.min(Math.max(ms, policy.holdMs), policy.maxMs), reasons }
}
