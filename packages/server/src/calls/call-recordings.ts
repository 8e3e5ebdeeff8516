/** Recordings as calls make them; where they are kept and what they become is theirs. */

import type { Call } from '@parley/calls'
import type { Tap } from '@parley/core'

export interface CallRecordings {
  /** Records a session of the call; undefined where that cannot be begun, which is logged. */
  tap(call: Call, roundTripMs: () => number | undefined): Tap | undefined
}
