/** What may be asked of an analyser of prosody, checked, with what was left out filled in. */

import { createPlainFourier } from '../fourier/plain-fourier.js'
import type { RealFourier } from '../fourier/real-fourier.js'
import type { ProsodyAnalyserOptions } from './prosody-analyser.js'

/** Rates of the samples that can be analysed, Hz. */
export const prosodyRates = { min: 8_000, max: 48_000 } as const
/** Length of a frame that can be asked for, ms. */
export const prosodyFrameMs = { min: 20, max: 128, default: 64 } as const
/** Least time between two frames, ms. */
export const prosodyLeastHopMs = 5

export type CheckedProsodyOptions = Required<ProsodyAnalyserOptions>

/** @throws RangeError that says what is allowed. */
export function checkProsodyOptions(options: ProsodyAnalyserOptions): CheckedProsodyOptions {
  const { rate, manner = 'fast', fourier = sharedFourier } = options
  requireWithin('rate', rate, prosodyRates.min, prosodyRates.max, 'Hz')
  const samplesIn = (ms: number) => (ms * rate) / 1000
  const frameSize = options.frameSize ?? 2 * Math.round(samplesIn(prosodyFrameMs.default) / 2)
  const { min, max } = prosodyFrameMs
  requireWithin('frameSize', frameSize, Math.ceil(samplesIn(min)), Math.floor(samplesIn(max)), 'samples')
  const hopSize = options.hopSize ?? Math.max(1, frameSize >> 1)
  requireWithin('hopSize', hopSize, Math.ceil(samplesIn(prosodyLeastHopMs)), frameSize, 'samples')
  if (manner !== 'fast' && manner !== 'accurate') {
    throw new RangeError(`manner is ${String(manner)}; give fast or accurate.`)
  }
  return { rate, frameSize, hopSize, manner, fourier }
}

const transforms = new Map<number, RealFourier>()

/** A transform keeps nothing from one call to the next, so that all analysers of a process can have the same tables. */
function sharedFourier(size: number): RealFourier {
  const known = transforms.get(size)
  if (known !== undefined) return known
  const made = createPlainFourier(size)
  transforms.set(size, made)
  return made
}

function requireWithin(name: string, value: number, min: number, max: number, unit: string): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw new RangeError(`${name} is ${String(value)}; give an integer of ${min}–${max} ${unit}.`)
}
