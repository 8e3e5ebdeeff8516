/**
 * Turn detection of the simulated server, by energy alone: `semantic_vad` differs only in how long it waits. Times are
 * ms since the session's first sample, as the vendor counts them.
 */

import type { TurnDetection } from './session-settings.js'

export type TurnEdge =
  | { readonly kind: 'started'; readonly audioStartMs: number }
  | { readonly kind: 'stopped'; readonly audioEndMs: number }

export interface EnergyTurns {
  /** Edges in these samples, in order. */
  hear(samples: Int16Array, rate: number, turns: TurnDetection): readonly TurnEdge[]
  /** Sound in which nobody looks for turns. */
  pass(samples: number, rate: number): void
  readonly speaking: boolean
  /** Forgets a turn under way; time goes on. */
  reset(): void
}

const FRAME_MS = 20
/** Voice that long makes a turn. */
const ONSET_MS = 60
/** Level of voice at the threshold 0.5, of 32,768. */
const LEVEL = 600
/** How long each eagerness waits here; the vendor's models wait by meaning. */
const patienceMs = { low: 1_000, auto: 500, medium: 500, high: 300 } as const

export function energyTurns(): EnergyTurns {
  let atMs = 0
  let voicedMs = 0
  let silentMs = 0
  let speaking = false
  let rest = new Int16Array(0)

  return {
    get speaking() {
      return speaking
    },
    pass(samples, rate) {
      atMs += ((rest.length + samples) * 1000) / rate
      rest = new Int16Array(0)
    },
    reset() {
      speaking = false
      voicedMs = 0
      silentMs = 0
    },
    hear(samples, rate, turns) {
      const edges: TurnEdge[] = []
      const size = (rate * FRAME_MS) / 1000
      const all = new Int16Array(rest.length + samples.length)
      all.set(rest)
      all.set(samples, rest.length)
      let from = 0
      for (; from + size <= all.length; from += size) {
        atMs += FRAME_MS
        const isVoice = levelOf(all.subarray(from, from + size)) > LEVEL * ((turns.threshold ?? 0.5) / 0.5)
        voicedMs = isVoice ? voicedMs + FRAME_MS : 0
        silentMs = isVoice ? 0 : silentMs + FRAME_MS
        if (!speaking && voicedMs >= ONSET_MS) {
          speaking = true
          const startMs = atMs - voicedMs - (turns.prefix_padding_ms ?? 300)
          edges.push({ kind: 'started', audioStartMs: Math.max(0, startMs) })
        } else if (speaking && silentMs >= waitMs(turns)) {
          speaking = false
          edges.push({ kind: 'stopped', audioEndMs: atMs })
        }
      }
      rest = all.slice(from)
      return edges
    },
  }
}

function waitMs(turns: TurnDetection): number {
  return turns.type === 'server_vad'
    ? (turns.silence_duration_ms ?? 200)
    : patienceMs[turns.eagerness ?? 'auto']
}

function levelOf(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += Math.abs(sample)
  return sum / samples.length
}
