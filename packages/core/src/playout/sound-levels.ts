/** How loud sound is, step by step, so that its silences can be found: where a voice pauses it is between words. */

export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
}

/** Length of a step. */
const STEP_MS = 10
/** A step is quiet this far below the loudest one: −42 dB of the mean absolute sample value. */
const QUIET = 0.008
/** Never louder than this, of 32,768: what hisses between words. */
const QUIET_FLOOR = 10

export class SoundLevels {
  readonly #stepSamples: number
  readonly #levels: number[] = []
  /** The step at which it began to listen. */
  readonly #first: number
  #sum = 0
  #count = 0

  /** `sampleRate` in Hz; `fromMs` is where it begins to listen. */
  constructor(sampleRate: number, fromMs = 0) {
    this.#first = Math.round(fromMs / STEP_MS)
    this.#stepSamples = Math.round((sampleRate * STEP_MS) / 1000)
  }

  /** More sound, after what was heard before. */
  hear(samples: Int16Array): void {
    for (const sample of samples) {
      this.#sum += sample < 0 ? -sample : sample
      this.#count += 1
      if (this.#count < this.#stepSamples) continue
      this.#levels.push(this.#sum / this.#count)
      this.#sum = 0
      this.#count = 0
    }
  }

  /** Forgets what came after. */
  truncate(atMs: number): void {
    this.#levels.length = Math.min(this.#levels.length, Math.max(0, Math.round(atMs / STEP_MS) - this.#first))
    this.#sum = 0
    this.#count = 0
  }

  /** The silences of at least `leastMs` between two places, in order; what is not known yet is no silence. */
  silences(fromMs: number, toMs: number, leastMs: number): Stretch[] {
    const levels = this.#levels
    const first = Math.max(0, Math.round(fromMs / STEP_MS) - this.#first)
    const end = Math.min(levels.length, Math.round(toMs / STEP_MS) - this.#first)
    const atMs = (step: number) => (step + this.#first) * STEP_MS
    let loudest = 0
    for (let step = first; step < end; step++) loudest = Math.max(loudest, levels[step] ?? 0)
    const quiet = Math.max(QUIET_FLOOR, loudest * QUIET)
    const found: Stretch[] = []
    let since = first
    for (let step = first; step <= end; step++) {
      if (step < end && (levels[step] ?? 0) <= quiet) continue
      if ((step - since) * STEP_MS >= leastMs) found.push({ fromMs: atMs(since), toMs: atMs(step) })
      since = step + 1
    }
    return found
  }
}
