/** Collects keys as they come: the collector of `digit-collector.ts` with a clock and a source of keys. */
import { type Clock, ParleyError } from '@parley/core'
import type { CollectedDigits, CollectOrder } from './call-control.js'
import { createDigitCollector } from './digit-collector.js'

export interface KeySource {
  readonly clock: Clock
  /** Calls `take` for each key and `over` once the call is; returns what unhooks both. May call `over` at once. */
  listen(take: (digit: string) => void, over: () => void): () => void
}

/** @throws ParleyError `bad_message` for the order, `timeout` where the signal aborts first */
export function collectDigits(
  order: CollectOrder,
  { clock, listen }: KeySource,
  signal: AbortSignal,
): Promise<CollectedDigits> {
  return new Promise((resolve, reject) => {
    const collector = createDigitCollector(order, clock.now())
    let stopTimer = () => {}
    let unhook = () => {}
    const aborted = () => {
      release()
      reject(new ParleyError('timeout', 'Keys were collected no longer.', { cause: signal.reason }))
    }

    function release(): void {
      stopTimer()
      unhook()
      signal.removeEventListener('abort', aborted)
    }

    /** Waits on, unless it is over. */
    function look(end: CollectedDigits | undefined): void {
      stopTimer()
      if (end === undefined) {
        stopTimer = clock.after(collector.dueAtMs - clock.now(), () => look(collector.tick(clock.now())))
        return
      }
      release()
      resolve(end)
    }

    if (signal.aborted) return aborted()
    signal.addEventListener('abort', aborted, { once: true })
    look(undefined)
    const stop = listen(
      digit => look(collector.key(digit, clock.now())),
      () => look(collector.hangUp()),
    )
    if (collector.ended === undefined) unhook = stop
    else stop()
  })
}
