/** Time limits of the self-test: nothing on a broken network may hold it up. */

/** Rejects with `LATE` after `ms`, or when `signal` aborts. */
export function within<Value>(ms: number, signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => {
      stop()
      reject(LATE)
    }
    const timer = setTimeout(late, ms)
    const stop = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', late)
    }
    signal.addEventListener('abort', late)
    work.then(resolve, reject).finally(stop)
  })
}

export const LATE: unique symbol = Symbol('late')

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
