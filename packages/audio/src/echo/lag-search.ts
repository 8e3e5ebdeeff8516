/**
 * Finds where one sound lies in another: generalised cross-correlation (C. Knapp and G. Carter, IEEE Trans. ASSP 24(4),
 * 1976), here with the spectra flattened by a power below one, which keeps noise from counting as much as sound. One
 * search is one transform there and one back, whatever the range of lags. The scratch is shared by all searches of a
 * process; a search runs to its end in one call and keeps nothing.
 */

import { createFourier } from './fourier.js'

/** Samples of one transform: `needle` and all lags together. */
export const searchSize = 4096

export interface Lag {
  /** Where the needle begins in the haystack, in samples. */
  at: number
  /** How far the correlation there stands out of that elsewhere: its height over their root mean square. */
  prominence: number
}

const fourier = createFourier(searchSize)
const re = new Float64Array(searchSize)
const im = new Float64Array(searchSize)
const outRe = new Float64Array(searchSize)
const outIm = new Float64Array(searchSize)
/** How far the spectra are flattened, 0 (not) to 1 (PHAT). */
const flattening = 0.7

/**
 * Looks for `needle` in `haystack`, which is longer; together with it at most `searchSize`. Fills `into` and returns
 * it; prominence 0 where either is silent. Echoes that come back upside down are found as well.
 */
export function findLag(needle: Float64Array, haystack: Float64Array, into: Lag): Lag {
  re.fill(0)
  im.fill(0)
  re.set(haystack)
  im.set(needle)
  fourier.transform(re, im)
  cross()
  fourier.transform(outIm, outRe)
  return peak(haystack.length - needle.length + 1, into)
}

/** The flattened cross-spectrum. The two real inputs were transformed as one complex and are told apart here. */
function cross(): void {
  const exponent = -flattening / 2
  for (let k = 0; k <= searchSize / 2; k++) {
    const m = (searchSize - k) % searchSize
    const hayRe = ((re[k] as number) + (re[m] as number)) / 2
    const hayIm = ((im[k] as number) - (im[m] as number)) / 2
    const needleRe = ((im[k] as number) + (im[m] as number)) / 2
    const needleIm = ((re[m] as number) - (re[k] as number)) / 2
    const productRe = hayRe * needleRe + hayIm * needleIm
    const productIm = hayIm * needleRe - hayRe * needleIm
    const power = productRe * productRe + productIm * productIm
    const scale = power > 1e-9 ? power ** exponent : 0
    outRe[k] = productRe * scale
    outIm[k] = productIm * scale
    outRe[m] = productRe * scale
    outIm[m] = -productIm * scale
  }
}

function peak(lags: number, into: Lag): Lag {
  let best = 0
  let sum = 0
  into.at = 0
  for (let lag = 0; lag < lags; lag++) {
    const value = outRe[lag] as number
    const power = value * value
    sum += power
    if (power <= best) continue
    best = power
    into.at = lag
  }
  into.prominence = sum > 0 ? Math.sqrt((best * lags) / sum) : 0
  return into
}
