/** The two looks that are at work, the newest and the one that is being settled, used again and again. */

import type { PitchLook } from './pitch-look.js'

export type OpenLook = { -readonly [Key in keyof PitchLook]: PitchLook[Key] }

export interface LookQueue {
  /** The look to fill, in the place of the one before the last. */
  next(): OpenLook
  /** The one before it, if there was one. */
  previous(): OpenLook | undefined
  reset(): void
}

/** @param bins of a look's `power`. */
export function createLookQueue(bins: number): LookQueue {
  let newest = createLook(bins)
  let older = createLook(bins)
  const count = { taken: 0 }
  return {
    next() {
      const held = older
      older = newest
      newest = held
      if (count.taken < 2) count.taken++
      return newest
    },
    previous: () => (count.taken < 2 ? undefined : older),
    reset() {
      count.taken = 0
    },
  }
}

/** Numbers that are no integers make the engine keep the fields as doubles from the start. */
function createLook(bins: number): OpenLook {
  return { atMs: 0.5, hz: 0.5, voicing: 0.5, harmonicity: 0.5, power: new Float32Array(bins) }
}
