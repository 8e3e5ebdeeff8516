/** What stands around a call beside its conversation: recording, an ear for machines, budgets, metrics. */

import type { Call, CallAttempt } from '@parley/calls'
import type { Engine, Tap } from '@parley/core'
import type { LiveCall } from './live-call.js'

export interface CallAround {
  began(call: Call): void
  /** Told at least once for each attempt that is over; again for the same news. */
  attemptEnded(call: Call, attempt: CallAttempt): void
  of(live: LiveCall): Surroundings
}

export interface Surroundings {
  /** `goesOn`: the call was talked in before, so what is heard first is no greeting. */
  taps(goesOn: boolean): Promise<readonly Tap[]>
  wrap(engine: Engine): Engine
  /** No session came of it. */
  failed(): void
}
