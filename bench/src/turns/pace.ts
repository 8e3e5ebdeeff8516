/** One timer for all callers: each gets its turn every 20 ms, at its own place in them. */
import { FRAME_MS } from './mouth.js'

export interface Pace {
  /** Calls `tick` every 20 ms from `phase` (0..1) on. Returns how to stop. */
  add(tick: () => void, phase: number): () => void
  /** How late the turns were, ms. */
  readonly lateMs: readonly number[]
  stop(): void
}

export function createPace(): Pace {
  const callers = new Set<{ readonly tick: () => void; dueMs: number }>()
  const lateMs: number[] = []
  const timer = setInterval(() => {
    for (const caller of callers) {
      for (let late = performance.now() - caller.dueMs; late >= 0; late = performance.now() - caller.dueMs) {
        caller.dueMs += FRAME_MS
        lateMs.push(late)
        caller.tick()
        if (!callers.has(caller)) break
      }
    }
  }, 1)
  return {
    lateMs,
    add(tick, phase) {
      const caller = { tick, dueMs: performance.now() + phase * FRAME_MS }
      callers.add(caller)
      return () => void callers.delete(caller)
    },
    stop: () => clearInterval(timer),
  }
}
