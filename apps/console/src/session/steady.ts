/**
 * The state without what changes many times a second while somebody speaks. It stays the same object until anything else
 * changes, so that what is drawn from it is not drawn again for each word.
 */
import type { ConsoleState } from './console-state.js'

export type SteadyState = Omit<ConsoleState, 'conversation' | 'interim'>

/** Reads it out of the state as it is by now. */
export function createSteady(snapshot: () => ConsoleState): () => SteadyState {
  let last: SteadyState | undefined
  return () => {
    const { conversation, interim, ...steady } = snapshot()
    if (last === undefined || !isSame(last, steady)) last = steady
    return last
  }
}

function isSame(one: SteadyState, other: SteadyState): boolean {
  return (Object.keys(one) as (keyof SteadyState)[]).every(key => Object.is(one[key], other[key]))
}
