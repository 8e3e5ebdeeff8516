/** What a caller presses, gathered by the agent's plan: one entry once they are done, and not one for each key. */

import {
  type CollectedDigits,
  createDigitCollector,
  type DigitCollector,
  type PhonePlan,
} from '@parley/calls'
import type { Cancel, Clock } from '@parley/core'

export interface EnteredKeys {
  pressed(digit: string): void
  /** What was not done yet is forgotten. */
  close(): void
}

/** `entered` gets at least one digit. */
export function createEnteredKeys(
  { most, terminator, betweenMs }: PhonePlan['keys'],
  clock: Clock,
  entered: (digits: string) => void,
): EnteredKeys {
  /** Since the first key. */
  let keys: DigitCollector | undefined
  let stop: Cancel = () => {}

  function look(ended: CollectedDigits | undefined): void {
    if (ended === undefined) return
    stop()
    keys = undefined
    if (ended.digits !== '') entered(ended.digits)
  }

  return {
    pressed(digit) {
      const held =
        keys ?? createDigitCollector({ most, terminator, betweenMs, firstMs: betweenMs }, clock.now())
      keys = held
      stop()
      look(held.key(digit, clock.now()))
      if (keys !== held) return
      const waitMs = Math.max(0, held.dueAtMs - clock.now())
      stop = clock.after(waitMs, () => look(held.tick(clock.now())))
    },
    close() {
      stop()
      keys = undefined
    },
  }
}
