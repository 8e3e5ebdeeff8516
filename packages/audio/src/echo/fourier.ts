/** A complex Fourier transform in place, of one power of two: radix 2, tables made once (Cooley and Tukey, 1965). */

export interface Fourier {
  /** Transforms `re` + i·`im` in place, without scaling. Swap the two arrays for the inverse. */
  transform(re: Float64Array, im: Float64Array): void
}

/** @throws RangeError for a size that is no power of two. */
export function createFourier(size: number): Fourier {
  const bits = Math.log2(size)
  if (!Number.isInteger(bits) || bits < 1)
    throw new RangeError(`A transform of ${size} is not a power of two.`)
  const cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size))
  const sin = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size))
  const swap = Uint32Array.from({ length: size }, (_, i) => reversed(i, bits))

  const reorder = (values: Float64Array): void => {
    for (let i = 0; i < size; i++) {
      const j = swap[i] as number
      if (j <= i) continue
      const held = values[i] as number
      values[i] = values[j] as number
      values[j] = held
    }
  }

  return {
    transform(re, im) {
      reorder(re)
      reorder(im)
      for (let half = 1; half < size; half *= 2) {
        const stride = size / (2 * half)
        for (let start = 0; start < size; start += 2 * half) {
          for (let k = 0; k < half; k++) {
            const c = cos[k * stride] as number
            const s = sin[k * stride] as number
            const a = start + k
            const b = a + half
            const bRe = re[b] as number
            const bIm = im[b] as number
            const tRe = bRe * c + bIm * s
            const tIm = bIm * c - bRe * s
            const aRe = re[a] as number
            const aIm = im[a] as number
            re[b] = aRe - tRe
            im[b] = aIm - tIm
            re[a] = aRe + tRe
            im[a] = aIm + tIm
          }
        }
      }
    },
  }
}

function reversed(value: number, bits: number): number {
  let result = 0
  for (let bit = 0; bit < bits; bit++) result |= ((value >> bit) & 1) << (bits - 1 - bit)
  return result
}
