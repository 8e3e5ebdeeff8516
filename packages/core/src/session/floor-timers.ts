import type { Cancel, Clock } from '../clock/clock.js'
import type { FloorTimer } from '../floor/evidence.js'

export interface FloorTimersParts {
  readonly clock: Clock
  /** End of what was heard so far, in media time. */
  mediaMs(): number
  /** The timer is due; `atMs` is the media time it was set for. */
  due(timer: FloorTimer, atMs: number): void
}

/**
 * The timers of the floor, in media time: audio that is already past shortens the wait. They fall due by the clock, for
 * silence need not be sent.
 */
export class FloorTimers {
  readonly #parts: FloorTimersParts
  readonly #running = new Map<FloorTimer, Cancel>()

  constructor(parts: FloorTimersParts) {
    this.#parts = parts
  }

  /** Sets the timer for a media time; one that runs already is set anew. */
  arm(timer: FloorTimer, dueMs: number): void {
    this.disarm(timer)
    const run = () => {
      this.#running.delete(timer)
      this.#parts.due(timer, dueMs)
    }
    this.#running.set(timer, this.#parts.clock.after(Math.max(0, dueMs - this.#parts.mediaMs()), run))
  }

  runs(timer: FloorTimer): boolean {
    return this.#running.has(timer)
  }

  disarm(timer: FloorTimer): void {
    this.#running.get(timer)?.()
    this.#running.delete(timer)
  }

  close(): void {
    for (const timer of this.#running.keys()) this.disarm(timer)
  }
}
