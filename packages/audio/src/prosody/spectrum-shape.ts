/**
 * What the shape of a power spectrum tells: how it falls, where its centre is, how strong the band is that carries
 * the nuclei of syllables. The slope is a straight line through the mean densities of bands a third of an octave wide,
 * 125–3500 Hz, so that it is the same for white noise (0 dB per octave) and comparable from any rate.
 */

import { silentDb, silentPower } from './decibels.js'
import { loudnessWeight } from './loudness.js'
import type { OpenVoiceLook } from './voice-look.js'

export interface SpectrumShape {
  /** Writes what the bins 0..n/2 of a power spectrum tell into `look`. Silence has no tilt and no centre: both are 0. */
  look(power: Float32Array, into: OpenVoiceLook): void
}

const tiltFromHz = 125
const tiltUntilHz = 3500
const bandOctaves = 1 / 3
const lowestHz = 60
const coreFromHz = 300
const coreUntilHz = 2500

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

  return {
    look(power, into) {
      let sum = 0
      let moment = 0
      let core = 0
      let weighted = 0
      for (let bin = lowest; bin < bins; bin++) {
        const value = power[bin] as number
        sum += value
        moment += bin * value
        weighted += (ear[bin] as number) * value
        if (bin >= coreFrom && bin < coreUntil) core += value
      }
      const heard = sum > silentPower
      into.power = sum
      into.weightedPower = weighted
      into.levelDb = heard ? 10 * Math.log10(sum) : silentDb
      into.coreDb = core > silentPower ? 10 * Math.log10(core) : silentDb
      into.centroidHz = heard ? (moment / sum) * binHz : 0
      into.tilt = heard ? slope(power, (sum * 1e-9) / bins) : 0
    },
  }
}
