/**
 * The value under which a standard normal variable lies with probability `p`, 0 < p < 1. Error below 4.5e-4: Hastings,
 * "Approximations for Digital Computers", 1955, sheet 68 (Abramowitz and Stegun 26.2.23).
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p)
  const t = Math.sqrt(-2 * Math.log(p))
  const over = 2.515517 + t * (0.802853 + t * 0.010328)
  const under = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return over / under - t
}
