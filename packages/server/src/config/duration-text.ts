/** Times as people write them in settings and on the command line. */

/** Both ends are in it. */
export interface DurationRange {
  readonly minMs: number
  readonly maxMs: number
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds, or a number with `ms`, `s`, `m`, `h` or `d`; undefined for anything else and outside of the range. */
export function durationMs(text: string, { minMs, maxMs }: DurationRange): number | undefined {
  const [, amount = '', unit = 'ms'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text) ?? []
  if (amount === '') return undefined
  const ms = Number(amount) * (unitsMs[unit] ?? 1)
  return ms >= minMs && ms <= maxMs ? ms : undefined
}
