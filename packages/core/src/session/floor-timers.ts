import type { Cancel, Clock } from '../clock/clock.js'
import type { FloorTimer } from '../floor/evidence.js'

/** Least wait until sound that is late is looked for again, ms. */
const LOOK_AGAIN_MS = 20

export interface FloorTimersParts {
  readonly clock: Clock
  /** End of what was heard so far, in media time. */
  mediaMs(): number
  /** The timer is due; `atMs` is the media time it was set for. */
  due(timer: FloorTimer, atMs: number): void
}

/**
 * The timers of the floor, in media time: audio that is on its way, or already past, shortens the wait.
 *
 * An endpoint falls due by the clock, for silence need not be sent. A judgement waits for the sound that it is about:
 * a caller of whom nothing more is heard has not spoken on.
 */
export class FloorTimers {
  readonly #parts: FloorTimersParts
  readonly #running = new Map<FloorTimer, Cancel>()

  constructor(parts: FloorTimersParts) {
    this.#parts = parts
  }

  /** Sets the timer for a media time; one that runs already is set anew. */
  arm(timer: FloorTimer, dueMs: number): void {
    this.#wait(timer, dueMs, Math.max(0, dueMs - this.#parts.mediaMs()))
  }

  disarm(timer: FloorTimer): void {
    this.#running.get(timer)?.()
    this.#running.delete(timer)
  }

  close(): void {
    for (const timer of this.#running.keys()) this.disarm(timer)
  }

  #wait(timer: FloorTimer, dueMs: number, waitMs: number): void {
    this.disarm(timer)
    this.#running.set(
      timer,
      this.#parts.clock.after(waitMs, () => this.#look(timer, dueMs)),
    )
  }

  #look(timer: FloorTimer, dueMs: number): void {
    const missingMs = dueMs - this.#parts.mediaMs()
    if (timer === 'judge' && missingMs > 0)
      return this.#wait(timer, dueMs, Math.max(missingMs, LOOK_AGAIN_MS))
    this.#running.delete(timer)
    this.#parts.due(timer, dueMs)
  }
}
