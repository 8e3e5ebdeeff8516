import { type Clock, ParleyError } from '@parley/core'
import { lateError } from './vendor-error.js'

export interface TimedBodyOptions {
  /** The vendor, for people. */
  readonly vendor: string
  readonly clock: Clock
  /** Longest wait for the next bytes, ms. */
  readonly idleTimeoutMs: number
  /** Ends the request. */
  readonly stop: AbortController
}

/** The bytes of an answer. @throws ParleyError `timeout` when it stands still, `provider_failed` when it breaks off. */
export async function* timedBody(
  response: Response,
  { vendor, clock, idleTimeoutMs, stop }: TimedBodyOptions,
): AsyncGenerator<Uint8Array, void, void> {
  let isLate = false
  const watch = () =>
    clock.after(idleTimeoutMs, () => {
      isLate = true
      stop.abort()
    })
  let cancel = watch()
  try {
    for await (const bytes of response.body ?? []) {
      cancel()
      yield bytes
      cancel = watch()
    }
  } catch (error) {
    if (isLate) throw lateError(vendor, 'go on', idleTimeoutMs)
    throw new ParleyError('provider_failed', `${vendor} broke off its answer.`, {
      retryable: true,
      cause: error,
    })
  } finally {
    cancel()
  }
}
