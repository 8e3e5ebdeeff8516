/** The looks at work: the newest, the one that is being settled and the one before it, used again and again. */

import { createPitchCandidates, type PitchCandidates } from './pitch-candidates.js'
import type { PitchLook } from './pitch-look.js'
import type { LookLevel } from './pitch-voicing.js'

export type OpenLook = { -readonly [Key in keyof PitchLook]: PitchLook[Key] } & LookLevel & {
    readonly candidates: PitchCandidates
  }

export interface LookQueue {
  readonly newest: OpenLook
  readonly settling: OpenLook
  readonly before: OpenLook
  /** Makes the newest the one to settle; the oldest is the newest, to be filled. */
  turn(): void
  /** Looks filled since the start: the one to settle is there from two on. */
  readonly filled: number
  reset(): void
}

/** @param bins of a look's `power`. */
export function createLookQueue(bins: number): LookQueue {
  const queue = {
    newest: createLook(bins),
    settling: createLook(bins),
    before: createLook(bins),
    filled: 0,
    turn() {
      const oldest = queue.before
      queue.before = queue.settling
      queue.settling = queue.newest
      queue.newest = oldest
      queue.filled++
    },
    reset() {
      for (const look of [queue.newest, queue.settling, queue.before]) silence(look)
      queue.filled = 0
    },
  }
  queue.reset()
  return queue
}

function silence(look: OpenLook): void {
  look.levelDb = -100
  look.lowShare = 0
  look.height = 0
  look.evenHeight = 0
  look.candidates.count = 0
}

/** Numbers that are no integers make the engine keep the fields as doubles from the start. */
function createLook(bins: number): OpenLook {
  const power = new Float32Array(bins)
  const told = { atMs: 0.5, hz: 0.5, voicing: 0.5, harmonicity: 0.5, power }
  return {
    ...told,
    levelDb: -99.5,
    lowShare: 0.5,
    height: 0.5,
    evenHeight: 0.5,
    candidates: createPitchCandidates(),
  }
}
