/** A wait that ends by a call, a signal or a time, whichever comes first. */

import type { Cancel, Clock } from '@parley/core'

export interface Wait {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly mostMs: number
}

/** `held` gets what ends it. */
export async function waitFor(
  { clock, signal, mostMs }: Wait,
  held: (done: () => void) => void,
): Promise<void> {
  if (signal.aborted) return
  let cancel: Cancel = () => {}
  let end = () => {}
  await new Promise<void>(resolve => {
    end = resolve
    held(resolve)
    signal.addEventListener('abort', end, { once: true })
    cancel = clock.after(mostMs, resolve)
  })
  cancel()
  signal.removeEventListener('abort', end)
}
