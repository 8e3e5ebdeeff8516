/** Mouth shapes from sound alone, as it comes. */
import type { Viseme } from './viseme.js'

export interface VisemeEarOptions {
  /** Of the samples, Hz, 8,000–48,000. */
  readonly rate: number
  /** Called from `hear` and `end`; places in ms of all sound fed, in order, each beginning where the last ended. */
  readonly told: (viseme: Viseme, startMs: number, endMs: number) => void
}

export interface VisemeEar {
  /** More of the sound, blocks of any length. Allocates nothing. */
  hear(samples: Int16Array): void
  /** The sound is over: what was not decided yet. Afterwards it begins anew at 0. */
  end(): void
}
