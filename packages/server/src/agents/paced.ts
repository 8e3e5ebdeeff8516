import { type Clock, ParleyError } from '@parley/core'

/** After each, so many times as long belongs to conversations alone. */
const REST = 2
const MOST_WAITING = 16

/**
 * Runs one after the other, with a rest after each: reading a long script takes tenths of a second of the thread that
 * carries sound. @throws ParleyError `overloaded` where too many wait
 */
export function paced(clock: Clock): <Value>(run: () => Promise<Value>) => Promise<Value> {
  let free: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async run => {
    if (waiting >= MOST_WAITING)
      throw new ParleyError('overloaded', 'Too many agents are being checked; try again in a moment.')
    waiting++
    let tookMs = 0
    const turn = free.then(async () => {
      const beganMs = clock.now()
      try {
        return await run()
      } finally {
        tookMs = clock.now() - beganMs
        waiting--
      }
    })
    const rested = () => new Promise<void>(resolve => clock.after(tookMs * REST, resolve))
    free = turn.then(rested, rested)
    return turn
  }
}
