/** Recordings as calls make them; where they are kept and what they become is theirs. */

import type { Call } from '@parley/calls'
import type { Tap } from '@parley/core'
import type { Agent } from '@parley/engines'

export interface CallRecordings {
  /**
   * Records a session of the call; undefined where it is not to be, whatever the call says: a call tells nobody that it is
   * recorded, so its agent and its tenant must not want that to be told or asked. Never rejects.
   */
  tap(call: Call, roundTripMs: () => number | undefined, agent: Agent): Promise<Tap | undefined>
}
