/**
 * The likeliest way through the candidates of one look after another (Viterbi), told as it goes: the state of a look
 * is settled `ahead` looks later. Being unvoiced is one more state.
 */

import { mostCandidates, type PitchCandidates } from './pitch-candidates.js'

export interface PitchPath {
  /**
   * Takes the next look.
   * @param costs of the candidates, and after them, at `mostCandidates`, of being unvoiced
   */
  step(candidates: PitchCandidates, costs: Float64Array): void
  /** Hz of the look that was taken `ahead` looks ago, 0 where unvoiced or where there was none. */
  readonly hz: number
  reset(): void
}

export interface PitchPathOptions {
  /** Looks heard beyond the one that is settled: 0 or 1. */
  readonly ahead: 0 | 1
  /** Time between looks. */
  readonly hopMs: number
}

const states = mostCandidates + 1
const unvoiced = mostCandidates
const voicingChange = 0.14
const jumpPerOctave = 0.35
const mostJump = 0.4

export function createPitchPath({ ahead, hopMs }: PitchPathOptions): PitchPath {
  const change = voicingChange * (10 / hopMs) ** 0.5
  const total = new Float64Array(states)
  const nextTotal = new Float64Array(states)
  const from = new Uint8Array(states)
  const before = new Float64Array(states)
  const now = new Float64Array(states)
  let hz = 0
  let started = false

  const moveCost = (fromHz: number, toHz: number): number => {
    if (fromHz === 0 && toHz === 0) return 0
    if (fromHz === 0 || toHz === 0) return change
    return Math.min(mostJump, jumpPerOctave * Math.abs(Math.log2(fromHz / toHz)) * (16 / hopMs) ** 0.5)
  }

  return {
    get hz() {
      return hz
    },
    step(candidates, costs) {
      before.set(now)
      now.fill(0)
      let best = unvoiced
      for (let to = 0; to < states; to++) {
        if (to !== unvoiced && to >= candidates.count) {
          nextTotal[to] = Number.POSITIVE_INFINITY
          continue
        }
        now[to] = to === unvoiced ? 0 : (candidates.hz[to] as number)
        let least = Number.POSITIVE_INFINITY
        for (let state = 0; state < states; state++) {
          const cost = (total[state] as number) + moveCost(before[state] as number, now[to] as number)
          if (cost >= least) continue
          least = cost
          from[to] = state
        }
        nextTotal[to] = least + (costs[to] as number)
        if ((nextTotal[to] as number) < (nextTotal[best] as number)) best = to
      }
      const floor = nextTotal[best] as number
      for (let state = 0; state < states; state++) total[state] = (nextTotal[state] as number) - floor
      if (ahead === 0) hz = now[best] as number
      else hz = started ? (before[from[best] as number] as number) : 0
      started = true
    },
    reset() {
      total.fill(0)
      now.fill(0)
      before.fill(0)
      hz = 0
      started = false
    },
  }
}
