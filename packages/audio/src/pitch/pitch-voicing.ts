/**
 * How likely a look has a voice: a logistic of how well it repeats itself, how loud it is beside its neighbours, the
 * speaker's loudest and the noise, and how much of it lies under 1 kHz. Trained on generated signals of other seeds
 * than those that are reported, and on the speech of a synthesiser.
 */

import { binHz, firstBin, lastBin, type PitchCandidates } from './pitch-candidates.js'
import type { VoicingWeights } from './voicing-weights.js'

/** What of a look matters besides its candidates. */
export interface LookLevel {
  /** Power between 50 and 3000 Hz, dB of full scale, −100 for silence. */
  levelDb: number
  /** Of it, the share under 1 kHz, 0..1. */
  lowShare: number
  /** Heights of the best candidate, 0 where there is none. */
  height: number
  evenHeight: number
}

export function measureLevel(power: Float32Array, candidates: PitchCandidates, into: LookLevel): void {
  let low = 0
  let all = 0
  for (let bin = firstBin; bin <= middleBin; bin++) low += power[bin] as number
  for (let bin = middleBin + 1; bin <= lastBin; bin++) all += power[bin] as number
  all += low
  into.levelDb = 10 * Math.log10(all + 1e-10)
  into.lowShare = low / (all + 1e-10)
  into.height = 0
  into.evenHeight = 0
  for (let i = 0; i < candidates.count; i++) {
    const height = candidates.height[i] as number
    const even = candidates.evenHeight[i] as number
    if (height + even <= into.height + into.evenHeight) continue
    into.height = height
    into.evenHeight = even
  }
}

const middleBin = Math.floor(1000 / binHz)

/** The speaker's loudest of late and the noise between, dB of full scale. */
export interface LevelRange {
  peakDb: number
  floorDb: number
}

export const createLevelRange = (): LevelRange => ({ peakDb: firstPeakDb, floorDb: firstFloorDb })

export function resetLevelRange(range: LevelRange): void {
  range.peakDb = firstPeakDb
  range.floorDb = firstFloorDb
}

const firstPeakDb = -35.5
const firstFloorDb = -50.5
const peakFallPerS = 1.5
const floorRisePerS = 4
const leastPeakDb = -55
const leastFloorDb = -80
/** Under it a line is dead, which tells nothing of its noise. */
const deadDb = -92

export function followLevel(range: LevelRange, levelDb: number, hopMs: number): void {
  const seconds = hopMs / 1000
  range.peakDb = Math.max(levelDb, leastPeakDb, range.peakDb - peakFallPerS * seconds)
  if (levelDb < deadDb) return
  range.floorDb = Math.max(leastFloorDb, Math.min(levelDb, range.floorDb + floorRisePerS * seconds))
}

export const cues = 11

/** Writes the cues of the look in the middle. */
export function cuesOf(
  into: Float64Array,
  { before, middle, after }: NeighbourLevels,
  range: LevelRange,
): void {
  const { height, evenHeight } = middle
  const steady = Math.max(before.levelDb, after.levelDb)
  into[0] = height
  into[1] = evenHeight
  into[2] = height * height
  into[3] = Math.max(-4, (middle.levelDb - range.peakDb) / 10)
  into[4] = Math.min(3, (middle.levelDb - range.floorDb) / 10)
  into[5] = middle.lowShare
  into[6] = clamp((middle.levelDb - steady) / 10, -2, 1)
  into[7] = clamp((middle.levelDb - before.levelDb) / 10, -2, 2)
  into[8] = clamp((middle.levelDb - after.levelDb) / 10, -2, 2)
  into[9] = before.height + before.evenHeight
  into[10] = after.height + after.evenHeight
}

export interface NeighbourLevels {
  before: LookLevel
  middle: LookLevel
  after: LookLevel
}

/** The probability that there is a voice, 0..1, by the cues of a look. */
export function createVoicing({
  sumsOfCues,
  weightsOfSums,
}: VoicingWeights): (values: Float64Array) => number {
  const sums = sumsOfCues.length
  const inner = Float64Array.from(sumsOfCues.flat())
  const outer = Float64Array.from(weightsOfSums)
  return values => {
    let total = outer[sums] as number
    for (let i = 0, at = 0; i < sums; i++) {
      let sum = inner[at + cues] as number
      for (let cue = 0; cue < cues; cue++) sum += (inner[at + cue] as number) * (values[cue] as number)
      at += cues + 1
      // A hundredth of what is below nothing is let through, as in training.
      total += (outer[i] as number) * (sum > 0 ? sum : sum / 100)
    }
    return 1 / (1 + Math.exp(-total))
  }
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value))
