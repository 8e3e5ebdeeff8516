/**
 * Complex Fourier transform of one power of two: radix 4 in Stockham's order, which sorts itself while it goes between
 * two pairs of arrays, with one stage of radix 2 where the size is no power of four. Tables are made once.
 */

export interface ComplexFourier {
  /** Where the real and imaginary parts go in; a transform overwrites them. */
  readonly re: Float64Array
  readonly im: Float64Array
  /** Transforms what is in `re` and `im`, unscaled. Afterwards `outRe` and `outIm` hold it. */
  run(): void
  readonly outRe: Float64Array
  readonly outIm: Float64Array
}

interface Parts {
  readonly re: Float64Array
  readonly im: Float64Array
}

/** @param size a power of two, 2 or more. */
export function createComplexFourier(size: number): ComplexFourier {
  const cos = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size))
  const sin = Float64Array.from({ length: size }, (_, i) => -Math.sin((2 * Math.PI * i) / size))
  const first: Parts = { re: new Float64Array(size), im: new Float64Array(size) }
  const second: Parts = { re: new Float64Array(size), im: new Float64Array(size) }
  const stages = Math.ceil(Math.log2(size) / 2)
  const last = stages % 2 === 0 ? first : second

  /** One stage of radix 4: `left` points of a sub-transform are left, `stride` of them are interleaved. */
  const quarter = (from: Parts, to: Parts, left: number, stride: number): void => {
    const { re, im } = from
    const { re: toRe, im: toIm } = to
    const step = (left >> 2) * stride
    for (let p = 0; p < step; p += stride) {
      const c1 = cos[p] as number
      const s1 = sin[p] as number
      const c2 = cos[2 * p] as number
      const s2 = sin[2 * p] as number
      const c3 = cos[3 * p] as number
      const s3 = sin[3 * p] as number
      const end = p + stride
      for (let a = p, t = 4 * p; a < end; a++, t++) {
        const b = a + step
        const c = b + step
        const d = c + step
        const acRe = (re[a] as number) + (re[c] as number)
        const acIm = (im[a] as number) + (im[c] as number)
        const aRe = (re[a] as number) - (re[c] as number)
        const aIm = (im[a] as number) - (im[c] as number)
        const bdRe = (re[b] as number) + (re[d] as number)
        const bdIm = (im[b] as number) + (im[d] as number)
        const bRe = (re[b] as number) - (re[d] as number)
        const bIm = (im[b] as number) - (im[d] as number)
        toRe[t] = acRe + bdRe
        toIm[t] = acIm + bdIm
        const t1 = t + stride
        toRe[t1] = (aRe + bIm) * c1 - (aIm - bRe) * s1
        toIm[t1] = (aRe + bIm) * s1 + (aIm - bRe) * c1
        const t2 = t1 + stride
        toRe[t2] = (acRe - bdRe) * c2 - (acIm - bdIm) * s2
        toIm[t2] = (acRe - bdRe) * s2 + (acIm - bdIm) * c2
        const t3 = t2 + stride
        toRe[t3] = (aRe - bIm) * c3 - (aIm + bRe) * s3
        toIm[t3] = (aRe - bIm) * s3 + (aIm + bRe) * c3
      }
    }
  }

  const half = ({ re, im }: Parts, { re: toRe, im: toIm }: Parts): void => {
    const middle = size >> 1
    for (let a = 0, b = middle; a < middle; a++, b++) {
      toRe[a] = (re[a] as number) + (re[b] as number)
      toIm[a] = (im[a] as number) + (im[b] as number)
      toRe[b] = (re[a] as number) - (re[b] as number)
      toIm[b] = (im[a] as number) - (im[b] as number)
    }
  }

  return {
    re: first.re,
    im: first.im,
    outRe: last.re,
    outIm: last.im,
    run() {
      let from = first
      let to = second
      let left = size
      let stride = 1
      while (left > 1) {
        if (left === 2) half(from, to)
        else quarter(from, to, left, stride)
        left >>= 2
        stride <<= 2
        const held = from
        from = to
        to = held
      }
    },
  }
}
