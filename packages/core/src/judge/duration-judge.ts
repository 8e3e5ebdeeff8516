/**
 * The plain judge: overlapping voice holds the agent after a while and takes the floor after another, whatever it is.
 * What most gateways do, and enough for tests that are not about judging.
 */

import type { JudgePolicy } from '../floor/policy.js'
import type { Judge, Ruling } from './judge.js'

/** A frame with at least this probability of voice counts as voiced. */
const VOICED = 0.5

export function createDurationJudge(policy: Pick<JudgePolicy, 'holdMs' | 'claimMs'>): Judge {
  let voicedMs = 0
  let held = false

  const reasons = () => [{ kind: 'voiced-ms', value: voicedMs }]

  return {
    begin() {
      voicedMs = 0
      held = false
    },
    hear({ voice, durationMs }): Ruling | undefined {
      if (voice >= VOICED) voicedMs += durationMs
      if (voicedMs >= policy.claimMs) return { ruling: 'claim', reasons: reasons() }
      if (held || voicedMs < policy.holdMs) return undefined
      held = true
      return { ruling: 'hold', reasons: reasons() }
    },
    words: () => undefined,
    end: () => ({ ruling: 'pass', reasons: reasons() }),
    decide: () => ({ ruling: voicedMs >= policy.claimMs ? 'claim' : 'pass', reasons: reasons() }),
    learn() {},
  }
}
