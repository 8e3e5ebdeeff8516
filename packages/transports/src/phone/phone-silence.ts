/** A line sends sound without a break: one that says nothing for a whole stretch is dead, and its socket may not know. */
import type { Cancel, Clock } from '@parley/core'

export interface PhoneSilence {
  watch(): void
  /** Something came. */
  heard(): void
  stop(): void
}

/** `onSilent` is called once, after `silentMs` to twice as much in which nothing came. */
export function createPhoneSilence(clock: Clock, silentMs: number, onSilent: () => void): PhoneSilence {
  let hasHeard = false
  let stop: Cancel = () => {}

  // A look now and then: a timer for each message would cost more than all the rest of it.
  function watch(): void {
    hasHeard = false
    stop = clock.after(silentMs, () => {
      if (hasHeard) watch()
      else onSilent()
    })
  }

  return {
    watch,
    heard() {
      hasHeard = true
    },
    stop: () => stop(),
  }
}
