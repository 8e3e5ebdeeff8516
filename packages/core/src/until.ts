/**
 * Iterating what others wrote without trusting it to obey a signal. `generator.return()` does not come back while a
 * `next()` waits on a silent socket, so the only safe end is to stop waiting: iteration ends at once on abort, the
 * source is told to clean up, and whatever it still does (late values, late failures) has no effect.
 */

const ignore = (): void => {}

/**
 * Iterates `source` until it ends or `signal` aborts, whichever is first. Abort is an ordinary end, not an error.
 * A failure of the source before the abort is thrown; a later one goes nowhere. The source's `return()` is called once
 * on abort or early exit and is not waited for. A signal that is already aborted never starts the source.
 */
export function until<T>(signal: AbortSignal, source: AsyncIterable<T>): AsyncIterableIterator<T> {
  let iterator: AsyncIterator<T> | undefined
  let ended = false
  const waiting = new Set<() => void>()

  function unhook(): void {
    ended = true
    signal.removeEventListener('abort', stop)
  }

  function stop(): void {
    if (ended) return
    unhook()
    for (const wake of waiting) wake()
    waiting.clear()
    leave(iterator)
  }

  function start(): AsyncIterator<T> {
    const started = source[Symbol.asyncIterator]()
    iterator = started
    signal.addEventListener('abort', stop, { once: true })
    return started
  }

  function next(): Promise<IteratorResult<T>> {
    if (ended || signal.aborted) {
      stop()
      return Promise.resolve({ done: true, value: undefined })
    }
    return new Promise((resolve, reject) => {
      const wake = () => resolve({ done: true, value: undefined })
      const fail = (error: unknown) => {
        waiting.delete(wake)
        unhook()
        reject(error)
      }
      waiting.add(wake)
      try {
        const running = iterator ?? start()
        running.next().then(result => {
          waiting.delete(wake)
          if (ended) return wake()
          if (result.done) unhook()
          resolve(result)
        }, fail)
      } catch (error) {
        fail(error)
      }
    })
  }

  return {
    next,
    return() {
      stop()
      return Promise.resolve({ done: true, value: undefined })
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Tells an iterator to clean up; it may take for ever or fail, neither matters any more. */
function leave(iterator: AsyncIterator<unknown> | undefined): void {
  try {
    iterator?.return?.()?.then(ignore, ignore)
  } catch {
    // A source whose `return` throws has nothing left that could be undone here.
  }
}
