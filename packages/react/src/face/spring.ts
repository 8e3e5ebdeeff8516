/**
 * Values that follow their goals without overshooting, however long a step is: the exact solution of the critically
 * damped spring, x(t) = g + (a + bt)·e^(−wt).
 */
export interface Springs {
  readonly at: Float64Array
  readonly speed: Float64Array
}

export function createSprings(count: number): Springs {
  return { at: new Float64Array(count), speed: new Float64Array(count) }
}

/** Moves one value on by `dtMs`; it has made about half of a way after `halfLifeMs`. */
export function follow(
  springs: Springs,
  index: number,
  goal: number,
  halfLifeMs: number,
  dtMs: number,
): number {
  // e^(−wt)(1 + wt) is a half at wt = 1.678.
  const w = 1.678 / halfLifeMs
  const a = (springs.at[index] ?? 0) - goal
  const speed = springs.speed[index] ?? 0
  const b = speed + w * a
  const decay = Math.exp(-w * dtMs)
  const next = goal + (a + b * dtMs) * decay
  springs.at[index] = next
  springs.speed[index] = (speed - w * b * dtMs) * decay
  return next
}
