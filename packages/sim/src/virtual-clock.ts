import type { Cancel, Clock } from '@parley/core'

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

/**
 * A clock that moves only when told to. Timers run in order of time, then of setting; between two of them all
 * promises that are ready settle, so that a conversation of minutes takes microseconds and always goes the same way.
 */
export class VirtualClock implements Clock {
  #nowMs = 0
  #order = 0
  #timers: Timer[] = []

  now(): number {
    return this.#nowMs
  }

  /** Timers that are set and have not run. */
  get pending(): number {
    return this.#timers.length
  }

  after(ms: number, run: () => void): Cancel {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  /** Waits on this clock. */
  sleep(ms: number): Promise<void> {
    return new Promise(resolve => this.after(ms, resolve))
  }

  /** Moves time by `ms` and runs everything that falls due on the way, also what is set on the way. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await settle()
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, timer.atMs)
      timer.run()
      await settle()
    }
    this.#nowMs = untilMs
  }

  #next(untilMs: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.atMs > untilMs) continue
      if (
        first === undefined ||
        timer.atMs < first.atMs ||
        (timer.atMs === first.atMs && timer.order < first.order)
      ) {
        first = timer
      }
    }
    if (first !== undefined) this.#timers = this.#timers.filter(timer => timer !== first)
    return first
  }
}

/** Lets every promise that can settle without time passing do so: a macrotask runs after all microtasks. */
function settle(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
