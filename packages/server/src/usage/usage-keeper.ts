/**
 * Hands what a conversation uses to the store: with the end of each reply, at the end, and what providers tell after that.
 * Each time it is all of it, so that a write that fails is made good by the next. Nothing of it waits for the database.
 */

import { type Clock, createSessionUsage, type Journal, type SessionId, type SessionUsage } from '@parley/core'
import type { Store } from '@parley/platform'
import type { Log } from '../log/log.js'

export interface UsageKeeper {
  readonly usage: SessionUsage
  /** The session's, which tells the store what was used as it goes. */
  readonly journal: Journal
  /** The conversation is over in this process: what comes from now on is written soon after. */
  end(): void
}

export interface UsageKeeperParts {
  readonly store: Pick<Store, 'write' | 'writeUsage'>
  readonly clock: Clock
  readonly log: Log
}

/** Streams that close tell their last within moments of each other, ms. */
const LATE_MS = 500

/** `run`: a name that no other process has for its part of the session. */
export function keepUsage(
  { store, clock, log }: UsageKeeperParts,
  { id, run }: { readonly id: SessionId; readonly run: string },
): UsageKeeper {
  let told = 0
  let isOver = false
  let isWaiting = false

  const usage = createSessionUsage(() => {
    if (!isOver || isWaiting) return
    isWaiting = true
    clock.after(LATE_MS, () => {
      isWaiting = false
      tell()
    })
  })

  function tell(): void {
    const { version } = usage
    if (version === told) return
    told = version
    store.writeUsage(id, { run, lines: usage.lines() }).catch((error: unknown) => {
      // The next has all of this, too.
      if (told === version) told = -1
      log.warn({ err: error, session: id }, 'what a conversation used was not stored')
    })
  }

  return {
    usage,
    journal: {
      write(session, event) {
        // First, so that both go in one batch.
        if (event.kind === 'reply-ended') tell()
        return store.write(session, event)
      },
    },
    end() {
      isOver = true
      tell()
    },
  }
}
