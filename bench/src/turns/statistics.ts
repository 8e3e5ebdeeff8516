/** The arithmetic of the score. */

/** The value below which `share` of the numbers lie (nearest rank); NaN of none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const rank = Math.ceil(share * sorted.length)
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank - 1))] ?? Number.NaN
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length
}

export interface Share {
  readonly hits: number
  readonly of: number
  /** 0..1; NaN of none. */
  readonly share: number
  /** Wilson's interval at 95 %, 0..1. */
  readonly low: number
  readonly high: number
}

const Z_95 = 1.959964

/** A share with its confidence interval (Wilson 1927), which holds for small counts and for none or all, too. */
export function shareOf(hits: number, of: number): Share {
  if (of === 0) return { hits, of, share: Number.NaN, low: 0, high: 1 }
  const share = hits / of
  const z2 = Z_95 ** 2
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of)
  const half = (Z_95 / (1 + z2 / of)) * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of))
  return { hits, of, share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
