/** The calls that are talked in here. */

import type { CallId } from '@parley/calls'
import type { SessionId } from '@parley/core'
import type { OpenedCall } from '../gateway/desk-contract.js'
import type { LiveCall } from './live-call.js'

export interface HeldCall {
  readonly live: LiveCall
  readonly opened: OpenedCall
}

export interface HeldCalls extends ReadonlyMap<CallId, HeldCall> {
  hold(held: HeldCall): void
  /** Unless another conversation of the call has its place. */
  forget(live: LiveCall): void
  /** The conversation ended here, for good; the store may not know yet. */
  ended(session: SessionId): void
  hasEnded(session: SessionId): boolean
}

/** Ends that are remembered; older ones, which the store has long known, are forgotten first. */
const REMEMBERED = 2_000

export function createHeldCalls(): HeldCalls {
  const calls = new Map<CallId, HeldCall>()
  const ends = new Set<SessionId>()
  return Object.assign(calls, {
    hold: (held: HeldCall) => void calls.set(held.live.call.id, held),
    forget(live: LiveCall) {
      if (calls.get(live.call.id)?.live === live) calls.delete(live.call.id)
    },
    ended(session: SessionId) {
      ends.add(session)
      for (const oldest of ends) {
        if (ends.size <= REMEMBERED) break
        ends.delete(oldest)
      }
    },
    hasEnded: (session: SessionId) => ends.has(session),
  })
}
