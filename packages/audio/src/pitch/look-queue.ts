/** The looks at work: the newest, the one that is being settled and those about it, used again and again. */

import { createPitchCandidates, type PitchCandidates } from './pitch-candidates.js'
import type { PitchLook } from './pitch-look.js'
import type { LookLevel } from './pitch-voicing.js'

export type OpenLook = { -readonly [Key in keyof PitchLook]: PitchLook[Key] } & LookLevel & {
    readonly candidates: PitchCandidates
  }

/** How far back the look is that helps to settle another, however often is looked; on the other side it is the next. */
const backMs = 16

export interface LookQueue {
  /** The newest look, the one to settle, and what is 16 ms before each of them. */
  readonly newest: OpenLook
  readonly settling: OpenLook
  readonly beforeNewest: OpenLook
  readonly beforeSettling: OpenLook
  /** All grow older by one; the oldest is the newest, to be filled. */
  turn(): void
  /** Whether there was a look to settle since the start. */
  readonly ready: boolean
  reset(): void
}

export interface LookQueueOptions {
  /** Of a look's `power`. */
  readonly bins: number
  /** Between looks: 8 or 16. */
  readonly hopMs: number
}

export function createLookQueue({ bins, hopMs }: LookQueueOptions): LookQueue {
  const back = backMs / hopMs
  const looks = Array.from({ length: back + 2 }, () => createLook(bins))
  const count = { filled: 0 }
  const at = (age: number): OpenLook => looks[age] as OpenLook
  const queue: LookQueue = {
    get newest() {
      return at(0)
    },
    get settling() {
      return at(1)
    },
    get beforeNewest() {
      return at(back)
    },
    get beforeSettling() {
      return at(back + 1)
    },
    get ready() {
      return count.filled > 1
    },
    turn() {
      const oldest = at(back + 1)
      for (let age = back + 1; age > 0; age--) looks[age] = at(age - 1)
      looks[0] = oldest
      count.filled++
    },
    reset() {
      for (const look of looks) silence(look)
      count.filled = 0
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
