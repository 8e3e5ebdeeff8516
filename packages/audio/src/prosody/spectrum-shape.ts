/**
 * What the shape of a power spectrum tells: how it falls, where its centre is, how strong the band is that carries
 * the nuclei of syllables. The slope is a straight line through the mean densities of bands a third of an octave apart,
 * so that it is the same for white noise (0 dB per octave) and from any rate. Bands are wide enough to hold a harmonic
 * of any voice, or else the slope would tell of its pitch.
 */

import { silentDb, silentPower } from './decibels.js'
import { loudnessWeight } from './loudness.js'
import type { OpenVoiceLook } from './voice-look.js'

export interface SpectrumShape {
  /** Writes what the bins 0..n/2 of a power spectrum tell into `look`. Silence has no tilt and no centre: both are 0. */
  look(power: Float32Array, into: OpenVoiceLook): void
}

const tiltFromHz = 300
const tiltUntilHz = 3500
const bandOctaves = 1 / 3
const leastBandHz = 300
const lowestHz = 60
const coreFromHz = 300
const coreUntilHz = 2500

/** @param binHz Distance of the bins, of which there are `bins`. */
export function createSpectrumShape(binHz: number, bins: number): SpectrumShape {
  const ear = Float32Array.from({ length: bins }, (_, bin) => loudnessWeight(bin * binHz))
  const bands = tiltBands(binHz)
  const sums = new Float64Array(bins + 1)
  const lowest = Math.ceil(lowestHz / binHz)
  const coreFrom = Math.round(coreFromHz / binHz)
  const coreUntil = Math.round(coreUntilHz / binHz)

  const slope = (floor: number): number => {
    let sum = 0
    for (let band = 0; band < bands.count; band++) {
      const from = bands.from[band] as number
      const until = bands.until[band] as number
      const density = ((sums[until] as number) - (sums[from] as number)) / (until - from)
      sum += (bands.weight[band] as number) * 10 * Math.log10(density + floor)
    }
    return sum
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
        sums[bin + 1] = sum
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
      into.tilt = heard ? slope((sum * 1e-9) / bins) : 0
    },
  }
}

/** Bins of the bands, and by what the level of each counts in the slope of the line of least squares through them. */
function tiltBands(binHz: number) {
  const count = Math.floor(Math.log2(tiltUntilHz / tiltFromHz) / bandOctaves) + 1
  const from = new Int32Array(count)
  const until = new Int32Array(count)
  const octaves = new Float64Array(count)
  for (let band = 0; band < count; band++) {
    const hz = tiltFromHz * 2 ** (band * bandOctaves)
    const half = Math.max(leastBandHz, hz * (2 ** (bandOctaves / 2) - 2 ** (-bandOctaves / 2))) / 2
    from[band] = Math.round((hz - half) / binHz)
    until[band] = Math.round((hz + half) / binHz)
    octaves[band] = Math.log2((from[band] as number) * (until[band] as number)) / 2
  }
  const mean = octaves.reduce((sum, octave) => sum + octave, 0) / count
  const spread = octaves.reduce((sum, octave) => sum + (octave - mean) ** 2, 0)
  return { count, from, until, weight: octaves.map(octave => (octave - mean) / spread) }
}
