/**
 * One attempt: written down, then asked of the carrier, once. Whatever is not known for sure afterwards is left as it is for
 * the sweep, which asks the carrier: nothing here ever asks for the same attempt twice.
 */

import { ParleyError } from '@parley/core'
import type { Call, CallAttempt } from '../call.js'
import { callAgain, callOver } from '../store/after-attempt.js'
import type { AfterAttempt } from '../store/call-store.js'
import { decideAfter } from './decide-after.js'
import { openingOf } from './opening.js'
import type { CallWorkerOptions, DialPolicy, WorkerSettings } from './worker-options.js'

const LIMITED_PAUSE_MS = 30_000

export async function dialAttempt(
  options: CallWorkerOptions,
  settings: WorkerSettings,
  call: Call,
  attempt: CallAttempt,
  policy: DialPolicy,
): Promise<void> {
  const { store, carriers, clock, log } = options
  const carrier = carriers.get(policy.carrier)
  if (!carrier) {
    await store.notPlaced(attempt.id, callOver('failed', `no account for the carrier ${policy.carrier}`))
    return
  }
  const limit = new AbortController()
  const stop = clock.after(settings.dialMs, () => limit.abort())
  const { ringSeconds, maxSeconds } = policy
  const order = { attempt: attempt.id, from: call.from, to: call.to, ringSeconds, maxSeconds }
  try {
    const placed = await carrier.dial({ ...order, ...options.addressesOf(attempt.id, call) }, limit.signal)
    await store.placed(attempt.id, placed.carrierCall)
  } catch (thrown) {
    const error = ParleyError.from(thrown, 'carrier_failed')
    const facts = { call: call.id, attempt: attempt.id, code: error.code }
    if (error.details.placed !== 'no') {
      log.warn(facts, 'Nobody knows whether the carrier took the call; it will be asked.')
      return
    }
    log.warn(facts, 'The carrier did not take the call.')
    await store.notPlaced(attempt.id, await afterRefusal(options, call, attempt, error))
  } finally {
    stop()
  }
}

async function afterRefusal(
  options: CallWorkerOptions,
  call: Call,
  attempt: CallAttempt,
  error: ParleyError,
): Promise<AfterAttempt> {
  const { store, epochMs, random, policyOf } = options
  if (error.code === 'bad_number' || error.code === 'carrier_refused') {
    return callOver('failed', error.message)
  }
  if (error.code === 'carrier_limited') {
    const { retryAfterMs } = error.details
    const pauseMs = typeof retryAfterMs === 'number' ? retryAfterMs : LIMITED_PAUSE_MS
    return callAgain(Math.ceil(epochMs() + pauseMs * (1 + random())), 'the carrier limits calls', true)
  }
  const { retries } = policyOf(call)
  const opening = openingOf(options)
  const decide = decideAfter({ retries, nowMs: epochMs(), random, opening })
  const now = await store.readCall(call)
  const earlier = now?.legs.filter(leg => leg.number < attempt.number) ?? []
  return decide(now ?? call, { ...attempt, status: 'failed' }, earlier)
}
