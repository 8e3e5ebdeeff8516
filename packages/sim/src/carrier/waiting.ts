/** Waits that a signal ends. */

import type { Clock } from '@parley/core'

/** Undefined where the signal came first; what `begin` returns undoes it. */
export function pending<Value>(
  signal: AbortSignal,
  begin: (done: (value: Value) => void) => (() => void) | undefined,
): Promise<Value | undefined> {
  if (signal.aborted) return Promise.resolve(undefined)
  return new Promise(resolve => {
    let undo: (() => void) | undefined
    let over = false
    const finish = (value: Value | undefined) => {
      if (over) return
      over = true
      signal.removeEventListener('abort', stop)
      undo?.()
      resolve(value)
    }
    const stop = () => finish(undefined)
    signal.addEventListener('abort', stop, { once: true })
    undo = begin(finish)
    if (over) undo?.()
  })
}

export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await pending<true>(signal, done => clock.after(ms, () => done(true)))
}
