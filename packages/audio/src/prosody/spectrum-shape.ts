/**
 * What the shape of a power spectrum tells: how it falls, where its centre is, how strong the band is that carries
 * the nuclei of syllables. The slope is a straight line through the mean densities of bands a third of an octave wide,
 * 125–3500 Hz, so that it is the same for white noise (0 dB per octave) and comparable from any rate.
 */

import { loudnessWeight } from './loudness.js'

export interface SpectrumShape {
  /** Looks at the bins 0..n/2 of a power spectrum. */
  look(power: Float32Array): void
  /** dB per octave; 0 for silence. */
  readonly tilt: number
  /** Hz; 0 for silence. */
  readonly centroidHz: number
  /** Power in all of it, from 300 to 2500 Hz, and through the K-weighting of loudness. */
  readonly power: number
  readonly corePower: number
  readonly weightedPower: number
  reset(): void
}

const tiltFromHz = 125
const tiltUntilHz = 3500
const bandOctaves = 1 / 3
const lowestHz = 60
const coreFromHz = 300
const coreUntilHz = 2500
/** −100 dBFS. */
const silentPower = 1e-10

/** @param binHz Distance of the bins, of which there are `bins`. */
export function createSpectrumShape(binHz: number, bins: number): SpectrumShape {
  const ear = Float32Array.from({ length: bins }, (_, bin) => loudnessWeight(bin * binHz))
  const bandCount = Math.floor(Math.log2(tiltUntilHz / tiltFromHz) / bandOctaves)
  const edges = Int32Array.from({ length: bandCount + 1 }, (_, i) =>
    Math.round((tiltFromHz * 2 ** (i * bandOctaves)) / binHz),
  )
  const middle = (bandCount - 1) / 2
  let spread = 0
  for (let i = 0; i < bandCount; i++) spread += ((i - middle) * bandOctaves) ** 2
  const lowest = Math.ceil(lowestHz / binHz)
  const coreFrom = Math.round(coreFromHz / binHz)
  const coreUntil = Math.round(coreUntilHz / binHz)
  const found = { tilt: 0.5, centroidHz: 0.5, power: 0.5, corePower: 0.5, weightedPower: 0.5 }

  const slope = (power: Float32Array, floor: number): number => {
    let sum = 0
    for (let band = 0; band < bandCount; band++) {
      const from = edges[band] as number
      const until = edges[band + 1] as number
      let density = 0
      for (let bin = from; bin < until; bin++) density += power[bin] as number
      sum += (band - middle) * bandOctaves * 10 * Math.log10(density / (until - from) + floor)
    }
    return sum / spread
  }

  const reset = (): void => {
    found.tilt = 0
    found.centroidHz = 0
    found.power = 0
    found.corePower = 0
    found.weightedPower = 0
  }
  reset()

  return {
    get tilt() {
      return found.tilt
    },
    get centroidHz() {
      return found.centroidHz
    },
    get power() {
      return found.power
    },
    get corePower() {
      return found.corePower
    },
    get weightedPower() {
      return found.weightedPower
    },
    look(power) {
      let sum = 0
      let moment = 0
      let core = 0
      let weighted = 0
      for (let bin = lowest; bin < power.length; bin++) {
        const value = power[bin] as number
        sum += value
        moment += bin * value
        weighted += (ear[bin] as number) * value
        if (bin >= coreFrom && bin < coreUntil) core += value
      }
      if (!(sum > silentPower)) {
        reset()
        return
      }
      found.power = sum
      found.corePower = core
      found.weightedPower = weighted
      found.centroidHz = (moment / sum) * binHz
      found.tilt = slope(power, (sum * 1e-9) / power.length)
    },
    reset,
  }
}
