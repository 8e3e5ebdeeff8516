/**
 * How much of a reply reached the ear: what the far end reports, or else an estimate over the unbroken runs of
 * sound that were sent. A queue that starved begins a new run, because the ear heard silence in between.
 */

interface Run {
  /** When its first sample left, on the session clock, ms. */
  readonly atMs: number
  sentMs: number
}

export class HeardClock {
  readonly #runs: Run[] = []
  #sentMs = 0
  #reportedMs: number | undefined
  /** What earlier legs played; a new leg starts its own runs on top. */
  #baseMs = 0
  /** The most that legs lost since may have played. */
  #maybeMs = 0

  /** Counts sound that leaves now. */
  sent(durationMs: number, nowMs: number): void {
    let run = this.#runs.at(-1)
    if (run === undefined || nowMs > run.atMs + run.sentMs + 0.001) {
      run = { atMs: nowMs, sentMs: 0 }
      this.#runs.push(run)
    }
    run.sentMs += durationMs
    this.#sentMs += durationMs
  }

  get sentMs(): number {
    return this.#sentMs
  }

  /** How far the sound that was sent reaches into the future of the far end's door, in ms. */
  aheadMs(nowMs: number): number {
    const run = this.#runs.at(-1)
    return run === undefined ? 0 : Math.max(0, run.atMs + run.sentMs - nowMs)
  }

  /**
   * The leg's word. More than was sent, or less than before, is not believed. After a rewind, and before anything is
   * sent again, it may say that more was heard than was thought. Returns whether it was news.
   */
  report(ms: number): boolean {
    const rewound = this.#runs.length === 0
    const bounded = Math.min(ms, rewound ? Math.max(this.#sentMs, this.#maybeMs) : this.#sentMs)
    if (!(bounded >= (this.#reportedMs ?? this.#baseMs))) return false
    this.#reportedMs = bounded
    if (rewound) {
      this.#baseMs = bounded
      this.#sentMs = bounded
    }
    return true
  }

  /** What this leg reported; undefined before its first word. */
  get reportedMs(): number | undefined {
    return this.#reportedMs
  }

  /** What must have been heard by now if the path takes `pathMs`. */
  estimateMs(nowMs: number, pathMs: number): number {
    let sum = this.#baseMs
    for (const run of this.#runs) sum += Math.min(Math.max(nowMs - pathMs - run.atMs, 0), run.sentMs)
    return Math.min(sum, this.#sentMs)
  }

  /** When the first sample reached the ear by the estimate, on the session clock. */
  firstHeardAtMs(pathMs: number): number | undefined {
    const first = this.#runs[0]
    return first === undefined ? undefined : first.atMs + pathMs
  }

  /** Whether the far end has nothing of it: nothing was sent yet, or nothing since it was thrown away. */
  get idle(): boolean {
    return this.#runs.length === 0
  }

  /** Where sound goes on after a rewind; 0 once something was sent. */
  get resumeMs(): number {
    return this.#runs.length === 0 ? this.#baseMs : 0
  }

  /** How far legs that were lost may have played; what was sent again since is not counted. */
  get lostMs(): number {
    return this.#maybeMs
  }

  /** The most that can have been heard, or will be before a clear sent now arrives; earlier legs included. */
  mostMs(nowMs: number): number {
    return Math.max(this.estimateMs(nowMs, 0), this.#maybeMs)
  }

  /** The far end has nothing any more: what was not heard (`heardMs` on) is to be sent again. */
  rewind(heardMs: number, nowMs: number): void {
    this.#maybeMs = this.mostMs(nowMs)
    this.#runs.length = 0
    this.#baseMs = heardMs
    this.#sentMs = heardMs
    this.#reportedMs = undefined
  }
}
