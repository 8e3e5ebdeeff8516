/** Iterating a provider that may stall: each wait for its next part is bounded, by the session's clock. */

import { type Clock, ParleyError, until } from '@parley/core'

export interface Patience {
  readonly clock: Clock
  /** Longest wait for the next part, in ms. */
  readonly ms: number
  /** Who is waited for, for the message. */
  readonly name: string
}

/**
 * Iterates what `make` gives until it ends or `signal` aborts (an ordinary end). A wait over the limit aborts the
 * source and throws `timeout`.
 */
export async function* withPatience<T>(
  signal: AbortSignal,
  patience: Patience,
  make: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const own = new AbortController()
  const abort = () => own.abort()
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) own.abort()
  let late = false
  try {
    const source = until(own.signal, make(own.signal))
    for (;;) {
      const cancel = patience.clock.after(patience.ms, () => {
        late = true
        own.abort()
      })
      const result = await source.next().finally(cancel)
      if (late && !signal.aborted) {
        const message = `${patience.name} gave nothing for ${patience.ms} ms; check its load or raise its time limit.`
        throw new ParleyError('timeout', message, { retryable: true })
      }
      if (result.done === true) return
      yield result.value
    }
  } finally {
    signal.removeEventListener('abort', abort)
    own.abort()
  }
}
