/** Who waits for the limits of a caller id: a few come again as jobs in short steps, the others are given a later moment. */

import type { Call } from '../call.js'

export interface Turns {
  take(call: Call, forMs: number, perSecond: number): { readonly kind: 'job' | 'row'; readonly inMs: number }
  leave(call: Call): void
}

const WAITERS_PER_SECOND = 20
const LONGEST_MS = 900_000
/** One that was forgotten (cancelled elsewhere) gives its place back after so long, ms. */
const FORGOTTEN_MS = 60_000

export function createTurns(now: () => number, random: () => number): Turns {
  const lines = new Map<string, { readonly waiters: Map<string, number>; lastAt: number }>()

  return {
    take(call, forMs, perSecond) {
      const atMs = now()
      const line = lines.get(call.from) ?? { waiters: new Map<string, number>(), lastAt: 0 }
      lines.set(call.from, line)
      for (const [id, since] of line.waiters) if (atMs - since > FORGOTTEN_MS) line.waiters.delete(id)
      if (line.waiters.has(call.id) || line.waiters.size < WAITERS_PER_SECOND * perSecond) {
        line.waiters.set(call.id, atMs)
        return { kind: 'job', inMs: forMs * (1 + 2 * random()) }
      }
      line.lastAt = Math.max(line.lastAt, atMs + forMs) + 1000 / perSecond
      const inMs = line.lastAt - atMs
      if (inMs <= LONGEST_MS) return { kind: 'row', inMs }
      line.lastAt = atMs + LONGEST_MS
      return { kind: 'row', inMs: LONGEST_MS * (0.5 + random() / 2) }
    },
    leave(call) {
      lines.get(call.from)?.waiters.delete(call.id)
    },
  }
}
