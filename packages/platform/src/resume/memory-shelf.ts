/** Snapshots in this process: for one node, which may hand over to a successor only within it, and for tests. */

import type { Clock, SessionId } from '@parley/core'
import { OVER_MS, type ResumeShelf } from './resume-shelf.js'

interface Kept {
  readonly tenant: string
  readonly owner: string
  /** Undefined once it is over. */
  readonly body: string | undefined
  readonly untilMs: number
  readonly takenAtMs: number | undefined
}

export function createMemoryResumeShelf(clock: Pick<Clock, 'now'>): ResumeShelf {
  const rows = new Map<SessionId, Kept>()

  function find(session: SessionId): Kept | undefined {
    const row = rows.get(session)
    if (row === undefined || row.untilMs > clock.now()) return row
    rows.delete(session)
    return undefined
  }

  return {
    async put(owner, given) {
      const taken: SessionId[] = []
      for (const { session, tenant, body, forMs } of given) {
        const row = find(session)
        const isOurs = row?.owner === owner && row.tenant === tenant && row.body !== undefined
        if (row !== undefined && !isOurs) taken.push(session)
        else rows.set(session, { tenant, owner, body, untilMs: clock.now() + forMs, takenAtMs: undefined })
      }
      return taken
    },
    async take({ session, tenant, by, againAfterMs }) {
      const row = find(session)
      if (row?.body === undefined || row.tenant !== tenant) return undefined
      if (row.takenAtMs !== undefined && clock.now() - row.takenAtMs < againAfterMs) return undefined
      rows.set(session, { ...row, owner: by, takenAtMs: clock.now() })
      return row.body
    },
    async drop(owner, sessions) {
      for (const session of sessions) {
        const row = find(session)
        if (row?.owner === owner)
          rows.set(session, { ...row, body: undefined, untilMs: clock.now() + OVER_MS })
      }
    },
    async sweep() {
      for (const session of rows.keys()) find(session)
    },
  }
}
