import { ParleyError } from '@parley/core'

/** Lets so many in at once, keeps so many more waiting in their order, and refuses the rest. */
export interface Turns {
  /** Resolves with what is to be called once at the end. @throws ParleyError `overloaded` */
  take(): Promise<() => void>
}

export function createTurns(atOnce: number, mostWaiting: number): Turns {
  const waiting: (() => void)[] = []
  let free = atOnce
  const release = () => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
  return {
    async take() {
      if (free > 0) free -= 1
      else if (waiting.length < mostWaiting) await new Promise<void>(resolve => waiting.push(resolve))
      else
        throw new ParleyError('overloaded', 'Too many ask for figures; try again in a moment.', {
          retryable: true,
        })
      let released = false
      return () => {
        if (!released) release()
        released = true
      }
    },
  }
}
