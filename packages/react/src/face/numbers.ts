/** What is not a number counts as the lower bound, or as 0 where that is within. */
export function clamp(value: number | undefined, low: number, high: number): number {
  if (value === undefined || Number.isNaN(value)) return Math.max(low, Math.min(high, 0))
  return Math.min(high, Math.max(low, value))
}

export function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share
}

/** 0..1 with soft ends. */
export function ease(share: number): number {
  const x = clamp(share, 0, 1)
  return x * x * (3 - 2 * x)
}
