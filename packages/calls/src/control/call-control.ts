/** What an agent, a person or the API may have a live call do. One is made for each call that is connected here. */

import type { Call, CallAttempt } from '../call.js'

export interface CallControl {
  readonly call: Call
  readonly attempt: CallAttempt
  hangUp(reason: string): Promise<void>
  /**
   * `blind`: the caller is joined with the other side, and comes back to the agent where nobody answers. `warm`: the other
   * side is told first what it is about, and the caller is joined once they take it; comes back otherwise.
   * @throws ParleyError `not_found` for a name the plan does not have, `call_over`, `carrier_…`
   */
  transfer(name: string, about: string): Promise<void>
  hold(on: boolean): Promise<void>
  /** `0`–`9`, `*`, `#`, `w` for half a second. @throws ParleyError `bad_message` */
  sendDigits(digits: string): Promise<void>
  /** Waits for the machine's greeting to end, leaves the plan's message, hangs up. */
  leaveMessage(): Promise<void>
  /** Keys of the caller's until the terminator, the count or the time. */
  collectDigits(order: CollectOrder, signal: AbortSignal): Promise<CollectedDigits>
}

export interface CollectOrder {
  readonly most: number
  /** Ends it and is not among the digits; none without. */
  readonly terminator?: string
  /** To the first key, and between two, ms. */
  readonly firstMs: number
  readonly betweenMs: number
}

export interface CollectedDigits {
  readonly digits: string
  readonly ended: 'terminator' | 'full' | 'time' | 'hang-up'
}
