/**
 * The likeliest way through the candidates of one look after another (Viterbi), told as it goes. Being unvoiced is one
 * more state. A look is settled with what the next one says: that is tried on, and done again when it is settled.
 */

import { mostCandidates, type PitchCandidates } from './pitch-candidates.js'

/** Candidates of a look, what each costs, and after them, at `mostCandidates`, what being unvoiced costs. */
export interface PricedLook {
  readonly candidates: PitchCandidates
  readonly costs: Float64Array
}

export interface PitchPath {
  /** Settles a look. Gives the index of its candidate, or `mostCandidates` where it is unvoiced. */
  settle(look: PricedLook, next: PricedLook): number
  reset(): void
}

const states = mostCandidates + 1
const unvoiced = mostCandidates

/** Costs are logarithms of chances. Tuned, as all numbers here, on signals that are not reported. */
const pathCosts = {
  /** Of a voice that begins or ends. */
  change: 1.6,
  /** Of a jump, for each octave, up to the most: a voice does jump at times. */
  perOctave: 3.1,
  most: 3,
  /** All of them are dearer by this power of how often more is looked than every 16 ms. */
  hopPower: 0.8,
}

/** @param hopMs between looks: the less, the dearer is a jump and a change. */
export function createPitchPath(hopMs: number): PitchPath {
  const dearer = (16 / hopMs) ** pathCosts.hopPower
  const change = pathCosts.change * dearer
  const perOctave = pathCosts.perOctave * dearer
  const most = pathCosts.most * dearer
  const ways = { settled: createWay(), middle: createWay(), tried: createWay() }

  const moveCost = (from: number, to: number): number => {
    if (from === 0 || to === 0) return from === to ? 0 : change
    const cost = perOctave * Math.abs(from - to)
    return cost < most ? cost : most
  }

  /** Extends a way by a look; gives the state in which it is the likeliest. */
  const extend = (way: Way, { candidates, costs }: PricedLook, into: Way): number => {
    let best = unvoiced
    for (let to = unvoiced; to >= 0; to--) {
      if (to !== unvoiced && to >= candidates.count) {
        into.total[to] = Number.POSITIVE_INFINITY
        into.pitch[to] = 0
        continue
      }
      const pitch = to === unvoiced ? 0 : (candidates.octaves[to] as number)
      let least = Number.POSITIVE_INFINITY
      for (let state = 0; state < states; state++) {
        const cost = (way.total[state] as number) + moveCost(way.pitch[state] as number, pitch)
        if (cost >= least) continue
        least = cost
        into.from[to] = state
      }
      into.pitch[to] = pitch
      into.total[to] = least + (costs[to] as number)
      if ((into.total[to] as number) < (into.total[best] as number)) best = to
    }
    return best
  }

  return {
    settle(look, next) {
      const { settled, middle, tried } = ways
      const best = extend(settled, look, middle)
      const least = middle.total[best] as number
      for (let state = 0; state < states; state++)
        middle.total[state] = (middle.total[state] as number) - least
      const last = extend(middle, next, tried)
      ways.settled = middle
      ways.middle = settled
      return tried.from[last] as number
    },
    reset() {
      ways.settled.total.fill(0)
      ways.settled.pitch.fill(0)
    },
  }
}

/** The least cost of each state, its pitch in octaves (0 unvoiced) and the state it is reached from. */
interface Way {
  readonly total: Float64Array
  readonly pitch: Float64Array
  readonly from: Uint8Array
}

const createWay = (): Way => ({
  total: new Float64Array(states),
  pitch: new Float64Array(states),
  from: new Uint8Array(states),
})
