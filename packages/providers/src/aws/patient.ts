import type { Clock } from '@parley/core'
import { lateError } from '../wire/vendor-error.js'

/** A bounded wait: `error` is there once it took too long, and the signal has been aborted. */
export interface Patience {
  readonly signal: AbortSignal
  /** Waits anew, this long, for the vendor to do `what`. */
  wait(what: string, ms: number): void
  /** Waits for nothing for now. */
  rest(): void
  /** What was thrown, or that it took too long. */
  reason(thrown: unknown): unknown
  /** Stops waiting, and stops what is under the signal. */
  end(): void
}

/** Joined to the caller's signals, and unhooked from them by `end`. */
export function patience(clock: Clock, vendor: string, signals: readonly AbortSignal[]): Patience {
  const own = new AbortController()
  const stop = () => own.abort()
  let late: Error | undefined
  let cancel = () => {}
  for (const signal of signals) {
    if (signal.aborted) own.abort()
    signal.addEventListener('abort', stop, { once: true })
  }
  return {
    signal: own.signal,
    wait(what, ms) {
      cancel()
      cancel = clock.after(ms, () => {
        late = lateError(vendor, what, ms)
        own.abort()
      })
    },
    rest() {
      cancel()
      cancel = () => {}
    },
    reason: thrown => late ?? thrown,
    end() {
      cancel()
      for (const signal of signals) signal.removeEventListener('abort', stop)
      own.abort()
    },
  }
}
