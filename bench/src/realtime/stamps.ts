/**
 * Moments carried in sound: the first three samples of every 20 ms say when they left, on the machine's own clock, which
 * all processes share. What passes a resampler or a codec of G.711 loses them; linear PCM keeps them.
 */

export const MARK = 0x5a5a
const HALF = 1 << 15
/** Wraps after 18 minutes. */
const MOST_US = HALF * HALF

export function nowUs(): number {
  return Number((process.hrtime.bigint() / 1000n) % BigInt(MOST_US))
}

export function stamp(samples: Int16Array, at = 0): void {
  const us = nowUs()
  samples[at] = MARK
  samples[at + 1] = Math.floor(us / HALF)
  samples[at + 2] = us % HALF
}

/** How long ago the sound at `at` was stamped, ms; undefined where there is no stamp. */
export function ageMs(samples: Int16Array, at = 0): number | undefined {
  if (samples[at] !== MARK) return undefined
  const us = (samples[at + 1] ?? 0) * HALF + (samples[at + 2] ?? 0)
  return ((nowUs() - us + MOST_US) % MOST_US) / 1000
}
