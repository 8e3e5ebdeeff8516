/**
 * The ends of speech that a recogniser was asked to answer, and how long it may take. A recogniser that is known to be
 * quick gets less time; one that was told a backlog of sound at once, more. Signs of life begin the wait anew.
 */

import { type Cancel, type Clock, ParleyError, type SpeechToText } from '@parley/core'
import type { KnownWaits } from './known-waits.js'

export interface FinishWatch {
  /** Another recogniser answers from now on; it was told so much sound at once, ms. */
  follow(provider: SpeechToText, backlogMs: number): void
  /** Speech ended at this media time. */
  ask(atMs: number): void
  /** Whether that answers anything; the media time up to which all is answered. */
  answered(atMs: number): number | undefined
  alive(): void
  /** Nobody answers at the moment. */
  stop(): void
}

export interface FinishWatchOptions {
  readonly clock: Clock
  readonly waits: KnownWaits
  /** The longest wait, ms. */
  readonly finishMs: number
  onLate(error: ParleyError): void
}

/** A recogniser may round its times by about a frame. */
const ROUNDING_MS = 30
/** An answer is late after so many times what is usual, but not before so many ms. */
const USUAL_TIMES = 3
const LEAST_MS = 400
/** Sound that is told at once is worked off this many times faster than it was spoken, at least. */
const BACKLOG_SPEED = 5
const MOST_BACKLOG_MS = 3_000

export function createFinishWatch({ clock, waits, finishMs, onLate }: FinishWatchOptions): FinishWatch {
  const pending: number[] = []
  let provider: SpeechToText | undefined
  let backlogMs = 0
  let askedMs = 0
  let cancel: Cancel = () => {}

  function patienceMs(of: SpeechToText): number {
    const usualMs = waits.quantile(of, 0.9) ?? finishMs
    const ownMs = Math.min(finishMs, Math.max(LEAST_MS, USUAL_TIMES * usualMs))
    return Math.round(ownMs + Math.min(MOST_BACKLOG_MS, backlogMs / BACKLOG_SPEED))
  }

  function arm(): void {
    cancel()
    if (pending.length === 0 || provider === undefined) return
    const { name } = provider
    const ms = patienceMs(provider)
    cancel = clock.after(ms, () => {
      const message = `${name} gave no answer to the end of speech within ${ms} ms.`
      onLate(new ParleyError('timeout', message, { retryable: true }))
    })
  }

  return {
    follow(next, toldMs) {
      provider = next
      backlogMs = toldMs
      arm()
    },
    ask(atMs) {
      pending.push(atMs)
      askedMs = clock.now()
      if (pending.length === 1) arm()
    },
    answered(atMs) {
      let toMs: number | undefined
      for (let next = pending[0]; next !== undefined && next <= atMs + ROUNDING_MS; next = pending[0])
        toMs = pending.shift()
      if (toMs === undefined) return undefined
      if (backlogMs === 0 && provider !== undefined) waits.note(provider, clock.now() - askedMs)
      backlogMs = 0
      arm()
      return toMs
    },
    alive: arm,
    stop() {
      provider = undefined
      cancel()
    },
  }
}
