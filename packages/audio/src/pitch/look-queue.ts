/** The looks at work: the newest, the one that is being settled and those about it, used again and again. */

import { createPitchCandidates, type PitchCandidates } from './pitch-candidates.js'
import type { PitchLook } from './pitch-look.js'
import type { LookLevel } from './pitch-voicing.js'

export type OpenLook = { -readonly [Key in keyof PitchLook]: PitchLook[Key] } & LookLevel & {
    readonly candidates: PitchCandidates
  }

/** How far the looks on both sides are from the one they help to settle, ms, however often is looked. */
export const reachMs = 16

export interface LookQueue {
  readonly newest: OpenLook
  /** The look to settle, the one after it, and what is `reachMs` before each of them. */
  readonly settling: OpenLook
  readonly next: OpenLook
  readonly beforeSettling: OpenLook
  readonly beforeNext: OpenLook
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
  const reach = reachMs / hopMs
  const looks = Array.from({ length: 2 * reach + 1 }, () => createLook(bins))
  const count = { filled: 0 }
  const at = (age: number): OpenLook => looks[age] as OpenLook
  const queue: LookQueue = {
    get newest() {
      return at(0)
    },
    get settling() {
      return at(reach)
    },
    get next() {
      return at(reach - 1)
    },
    get beforeSettling() {
      return at(2 * reach)
    },
    get beforeNext() {
      return at(2 * reach - 1)
    },
    get ready() {
      return count.filled > reach
    },
    turn() {
      const oldest = at(2 * reach)
      for (let age = 2 * reach; age > 0; age--) looks[age] = at(age - 1)
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
