/** Time as a parameter: the system's in production, a virtual one in tests and replay. */

export type Cancel = () => void

export interface Clock {
  /** Monotonic time in ms; only differences mean anything. */
  now(): number
  /** Runs once after `ms` (≥0) unless cancelled. Cancelling twice, or after the run, does nothing. */
  after(ms: number, run: () => void): Cancel
  /** Runs once after whatever is ready now; without it, after the promises that are. A replay says when. */
  soon?(run: () => void): void
}

/** Ids and randomness as parameters, for the same reason. */
export interface Ids {
  /** A new id, unique in the process and hard to guess, with the prefix in front: `ses_…`. */
  next(prefix: 'ses' | 'trn' | 'rpl' | 'tok' | 'call' | 'att' | 'rsv' | 'lead' | 'cmp' | 'dev'): string
}
