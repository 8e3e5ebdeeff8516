import type { Cancel, Clock } from '../clock/clock.js'

interface Timer {
  readonly dueMs: number
  readonly run: () => void
}

/** The clock of a replay: it stands where it is put, and its timers fire when they are told to. */
export class ReplayClock implements Clock {
  nowMs: number
  readonly #timers = new Map<number, Timer>()
  readonly #soon: (() => void)[] = []
  #count = 0

  constructor(atMs: number) {
    this.nowMs = atMs
  }

  now(): number {
    return this.nowMs
  }

  after(ms: number, run: () => void): Cancel {
    const timer = this.#count
    this.#count += 1
    this.#timers.set(timer, { dueMs: this.nowMs + ms, run })
    return () => void this.#timers.delete(timer)
  }

  soon(run: () => void): void {
    this.#soon.push(run)
  }

  /** Fires the n-th timer that was set, from 0. False where it does not run. */
  fire(timer: number): boolean {
    const found = this.#timers.get(timer)
    this.#timers.delete(timer)
    found?.run()
    return found !== undefined
  }

  /** Runs the oldest of what was put off. False where there is nothing. */
  fireSoon(): boolean {
    const run = this.#soon.shift()
    run?.()
    return run !== undefined
  }

  /** The timer that is due first; of equals the one set first. */
  next(): { readonly timer: number; readonly dueMs: number } | undefined {
    let first: { readonly timer: number; readonly dueMs: number } | undefined
    for (const [timer, { dueMs }] of this.#timers)
      if (first === undefined || dueMs < first.dueMs) first = { timer, dueMs }
    return first
  }
}
