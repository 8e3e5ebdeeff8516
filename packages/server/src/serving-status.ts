/** What a running gateway says of itself to the program that started it, in the words of web voice services. */
import type { LatencyCount } from './metrics/latency-tally.js'
import type { LatencyType } from './metrics/latency-watch.js'

export interface ServingStatus {
  /** False once it has been told to stop. */
  readonly isRunning: boolean
  readonly activeSessions: number
  /** Means since the start, ms; 0 before there was one. */
  readonly performance: {
    readonly avgFirstTokenLatency: number
    readonly avgPartialLatency: number
    readonly avgBargeInLatency: number
  }
}

export interface StatusParts {
  readonly isRunning: boolean
  readonly activeSessions: number
  readonly latencies: readonly LatencyCount[]
}

export function servingStatus({ latencies, ...now }: StatusParts): ServingStatus {
  const mean = (type: LatencyType) => latencies.find(count => count.type === type)?.meanMs ?? 0
  return {
    ...now,
    performance: {
      avgFirstTokenLatency: mean('first_token'),
      avgPartialLatency: mean('partial_asr'),
      avgBargeInLatency: mean('barge_in'),
    },
  }
}
