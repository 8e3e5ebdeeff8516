/** What becomes of a call after an attempt, by how it ended. Pure: the same attempt at the same moment decides the same. */

import type { Call, CallAttempt } from '../call.js'
import { callAgain, callOver } from '../store/after-attempt.js'
import type { AfterAttempt, DecideAfter } from '../store/call-store.js'

export type AttemptEnd = 'busy' | 'no-answer' | 'machine' | 'failed'

export interface RetryRule {
  /** Attempts at most that may end so before the call is over; 1 for no second. */
  readonly most: number
  /** Before the next attempt, ms; doubled for each further one that ended so. */
  readonly firstPauseMs: number
  readonly longestPauseMs: number
}

export type RetryPolicy = Readonly<Record<AttemptEnd, RetryRule>>

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

export const defaultRetries: RetryPolicy = {
  busy: { most: 4, firstPauseMs: 5 * MINUTE_MS, longestPauseMs: HOUR_MS },
  'no-answer': { most: 3, firstPauseMs: 2 * HOUR_MS, longestPauseMs: 24 * HOUR_MS },
  machine: { most: 2, firstPauseMs: 4 * HOUR_MS, longestPauseMs: 24 * HOUR_MS },
  failed: { most: 3, firstPauseMs: MINUTE_MS, longestPauseMs: HOUR_MS },
}

export interface DecideOptions {
  readonly retries: RetryPolicy
  /** Epoch ms. */
  readonly nowMs: number
  /** 0–1: spreads those that failed together. */
  readonly random: () => number
  /** Whether a machine that took the call is called again; not where a message is left. True without. */
  readonly machineRetries?: boolean
  /** The next moment from this one on in which the call may be made; undefined for never. */
  readonly opening: (call: Call, fromMs: number) => number | undefined
}

export function decideAfter(options: DecideOptions): DecideAfter {
  return (call, attempt, earlier) => {
    if (call.direction === 'inbound') return callOver('completed')
    const end = endOf(attempt)
    if (end === 'talked') return callOver('completed')
    if (end === 'cancelled') return callOver('cancelled', call.reason ?? 'ended before it was answered')
    const left = attempt.answeredBy === 'machine' && options.machineRetries === false
    if (end === 'machine' && left) return callOver('completed', end)
    // One that nobody was rung by, as where the carrier limits calls, ended as `canceled` and is none of these.
    return again(options, call, end, 1 + earlier.filter(other => endOf(other) === end).length)
  }
}

function again(
  { retries, nowMs, random, opening }: DecideOptions,
  call: Call,
  end: AttemptEnd,
  times: number,
): AfterAttempt {
  const rule = retries[end]
  const over = end === 'machine' ? callOver('completed', end) : callOver('unreached', end)
  if (times >= rule.most || call.attempts >= call.maxAttempts) return over
  const pauseMs = Math.min(rule.longestPauseMs, rule.firstPauseMs * 2 ** Math.min(times - 1, 20))
  const notBeforeMs = opening(call, Math.round(nowMs + pauseMs * (1 + 0.1 * random())))
  return notBeforeMs === undefined ? over : callAgain(notBeforeMs, end)
}

/** Nobody was talked to where nothing here joined: a carrier may call a call completed that never had a stream. */
function endOf(attempt: CallAttempt): AttemptEnd | 'talked' | 'cancelled' {
  switch (attempt.status) {
    case 'busy':
    case 'no-answer':
      return attempt.status
    case 'canceled':
      return 'cancelled'
    case 'completed':
      if (attempt.answeredBy === 'machine' || attempt.answeredBy === 'fax') return 'machine'
      return attempt.sessions.length > 0 ? 'talked' : 'failed'
    default:
      return 'failed'
  }
}
