/**
 * How long an answer may stay away: `firstMs` until its first output, then `idleMs` between two signs of life. One timer
 * that is set again when it fires, so that a token costs no timer.
 */

import type { Cancel, Clock, ParleyError } from '@parley/core'
import { lateError } from './vendor-error.js'

export interface AnswerPatience {
  /** Something came, be it no more than a ping. */
  alive(): void
  /** The first output came; calling it again is as `alive`. */
  begun(): void
  /** Whoever draws the answer takes his time, which is not the vendor's; until `alive`. */
  rest(): void
  /** Nothing more is waited for, whatever else is called. */
  stop(): void
}

export interface AnswerPatienceOptions {
  readonly clock: Clock
  /** The vendor, for people. */
  readonly vendor: string
  readonly firstMs: number
  readonly idleMs: number
  /** Called at most once. */
  onLate(error: ParleyError): void
}

export function answerPatience(options: AnswerPatienceOptions): AnswerPatience {
  const { clock, vendor, firstMs, idleMs, onLate } = options
  let hasBegun = false
  let isResting = false
  let isStopped = false
  let aliveMs = 0
  let cancel: Cancel = clock.after(firstMs, () => onLate(lateError(vendor, 'begin its answer', firstMs)))

  function watch(ms: number): void {
    cancel = clock.after(ms, () => {
      const leftMs = isResting ? idleMs : aliveMs + idleMs - clock.now()
      if (leftMs > 0) watch(leftMs)
      else onLate(lateError(vendor, 'go on with its answer', idleMs))
    })
  }

  return {
    alive() {
      isResting = false
      if (hasBegun) aliveMs = clock.now()
    },
    begun() {
      aliveMs = clock.now()
      if (hasBegun || isStopped) return
      hasBegun = true
      cancel()
      watch(idleMs)
    },
    rest() {
      isResting = true
    },
    stop() {
      isStopped = true
      cancel()
    },
  }
}
