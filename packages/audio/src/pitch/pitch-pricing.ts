/**
 * What the candidates of a look cost on the way through them: by how likely there is a voice at all, how well each
 * repeats, and how far it is from where this speaker usually is.
 */

import type { LookQueue, OpenLook } from './look-queue.js'
import { createPitchCandidates, mostCandidates, type PitchCandidates } from './pitch-candidates.js'
import type { PricedLook } from './pitch-path.js'
import {
  createLevelRange,
  createVoicing,
  cues,
  cuesOf,
  followLevel,
  type LookLevel,
  type NeighbourLevels,
  resetLevelRange,
} from './pitch-voicing.js'
import { createUsualPitch } from './usual-pitch.js'
import { every8Ms, every16Ms } from './voicing-weights.js'

export interface Pricing {
  /** A new look: how loud the speaker and the room are. */
  heard(look: OpenLook): void
  /** Prices the look to settle, and the newest by what is known of it. */
  price(looks: LookQueue): void
  readonly settling: PricedLook
  readonly newest: PricedLook
  /** Of the look to settle, 0..1. */
  readonly voicing: number
  /** What became of it. */
  settled(look: OpenLook): void
  reset(): void
}

const priceOf = {
  /** Of a height of 1 that a candidate lacks to the best. */
  height: 12,
  /** A candidate an octave higher counts as higher by this. */
  octave: 0.025,
  /** Share of the height in the square-rooted spectrum in that of a candidate. */
  even: 0.9,
  /** Chances are held between this and 1 less this. */
  leastChance: 0.002,
  /** Being voiced costs so much of the logarithm of its chance: under 1, doubt is settled for a voice. */
  lean: 0.62,
}
const silentDb = -85
const nothing: LookLevel = { levelDb: -100, lowShare: 0, height: 0, evenHeight: 0 }

export function createPricing(hopMs: number): Pricing {
  const range = createLevelRange()
  const usual = createUsualPitch(hopMs)
  const values = new Float64Array(cues)
  const voicingOf = createVoicing(hopMs === 8 ? every8Ms : every16Ms)
  const settling = createPriced()
  const newest = createPriced()
  const neighbours: NeighbourLevels = { before: nothing, middle: nothing, after: nothing }

  const voicingAt = (before: OpenLook, look: OpenLook, after: OpenLook): number => {
    if (look.candidates.count === 0 || look.levelDb < silentDb) return 0
    neighbours.before = before
    neighbours.middle = look
    neighbours.after = after
    cuesOf(values, neighbours, range)
    return voicingOf(values)
  }

  const priceLook = (look: OpenLook, voicing: number, priced: Priced): void => {
    const { candidates } = look
    const { costs } = priced
    priced.candidates = candidates
    const chance = Math.min(1 - priceOf.leastChance, Math.max(priceOf.leastChance, voicing))
    costs[mostCandidates] = -Math.log(1 - chance)
    const voiced = -Math.log(chance) * priceOf.lean
    let best = Number.NEGATIVE_INFINITY
    for (let i = 0; i < candidates.count; i++) {
      const height = candidates.height[i] as number
      const even = (candidates.evenHeight[i] as number) - height
      const score = height + priceOf.even * even + priceOf.octave * (candidates.octaves[i] as number)
      costs[i] = score
      if (score > best) best = score
    }
    for (let i = 0; i < candidates.count; i++) {
      const worse = best - (costs[i] as number)
      costs[i] = voiced + priceOf.height * worse + usual.costOf(candidates.octaves[i] as number)
    }
  }

  const pricing = {
    settling,
    newest,
    voicing: 0.5,
    heard(look: OpenLook) {
      followLevel(range, look.levelDb, hopMs)
    },
    price(looks: LookQueue) {
      pricing.voicing = voicingAt(looks.beforeSettling, looks.settling, looks.newest)
      priceLook(looks.settling, pricing.voicing, settling)
      priceLook(looks.newest, voicingAt(looks.beforeNewest, looks.newest, looks.newest), newest)
    },
    settled(look: OpenLook) {
      if (look.hz > 0) usual.heard(Math.log2(look.hz), look.voicing)
    },
    reset() {
      resetLevelRange(range)
      usual.reset()
    },
  }
  return pricing
}

interface Priced {
  candidates: PitchCandidates
  readonly costs: Float64Array
}

const createPriced = (): Priced => ({
  candidates: createPitchCandidates(),
  costs: new Float64Array(mostCandidates + 1),
})
