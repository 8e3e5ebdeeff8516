export interface Spread {
  readonly median: number
  /** Mean difference of neighbours. */
  readonly jitter: number
  readonly most: number
}

/** Of at least one figure. */
export function spread(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b)
  const steps = figures.slice(1).map((figure, index) => Math.abs(figure - (figures[index] ?? figure)))
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    jitter: steps.reduce((sum, step) => sum + step, 0) / Math.max(1, steps.length),
    most: sorted.at(-1) ?? 0,
  }
}
