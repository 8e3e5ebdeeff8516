import { type LatencyType, latencyTypes } from './latency-watch.js'

/** How often each latency was measured since the start, and how often it missed its target. */
export interface LatencyCount {
  readonly type: LatencyType
  readonly targetMs: number
  readonly measured: number
  readonly missed: number
  readonly worstMs: number
  /** 0 before there was one. */
  readonly meanMs: number
}

export type LatencyTargets = Readonly<Record<LatencyType, number>>

export interface LatencyTally {
  note(type: LatencyType, ms: number): void
  counts(): readonly LatencyCount[]
}

export function createLatencyTally(targets: LatencyTargets): LatencyTally {
  const counts = new Map<LatencyType, LatencyCount>(
    latencyTypes.map(type => [
      type,
      { type, targetMs: targets[type], measured: 0, missed: 0, worstMs: 0, meanMs: 0 },
    ]),
  )
  return {
    note(type, ms) {
      const had = counts.get(type)
      if (had === undefined) return
      const { measured, missed, worstMs, meanMs, targetMs } = had
      counts.set(type, {
        ...{ type, targetMs },
        measured: measured + 1,
        missed: missed + (ms > targetMs ? 1 : 0),
        worstMs: Math.max(worstMs, ms),
        meanMs: meanMs + (ms - meanMs) / (measured + 1),
      })
    },
    counts: () => [...counts.values()],
  }
}
