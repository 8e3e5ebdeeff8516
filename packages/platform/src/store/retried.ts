import type { Clock } from '@parley/core'
import { asStoreError } from './store-errors.js'

/** How long a write is tried again, in ms. */
export const retryForMs = 5000

/**
 * For what may happen twice with the same outcome: again after a passing fault, for as long as a write would be.
 * @throws ParleyError as `asStoreError` makes it
 */
export async function retried<Result>(clock: Clock, statement: () => Promise<Result>): Promise<Result> {
  const untilMs = clock.now() + retryForMs
  for (let backOffMs = 50; ; backOffMs *= 2) {
    try {
      return await statement()
    } catch (thrown) {
      const fault = asStoreError(thrown)
      if (!fault.retryable || fault.code === 'store_full' || clock.now() + backOffMs > untilMs) throw fault
      await new Promise<void>(resolve => clock.after(backOffMs, resolve))
    }
  }
}
