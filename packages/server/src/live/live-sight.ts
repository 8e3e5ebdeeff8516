/** What somebody may see of what is on, and do to it: their own with `talk`, the tenant's with the scopes for that. */
import { hasScope, isSubject, type Principal } from '@parley/platform'
import type { LiveList } from '@parley/protocol'
import type { LiveEntry } from './live-board.js'
import type { LiveView } from './live-view.js'

/** Rows of one list at most; the newest. */
export const LONGEST_LIST = 2_000

export function maySee({ tenant, row }: LiveEntry, principal: Principal): boolean {
  if (tenant !== principal.tenant) return false
  if (hasScope(principal, 'sessions:watch')) return true
  return hasScope(principal, 'talk') && isSubject(principal, row.subject)
}

export function mayEnd({ tenant, row }: LiveEntry, principal: Principal): boolean {
  if (tenant !== principal.tenant) return false
  if (hasScope(principal, 'sessions:steer')) return true
  return hasScope(principal, 'talk') && isSubject(principal, row.subject)
}

export interface Seen {
  readonly total: number
  readonly sessions: LiveList['sessions']
}

export function seenBy(principal: Principal, view: Pick<LiveView, 'entries'>): Seen {
  const all = [...view.entries().values()].filter(entry => maySee(entry, principal)).map(({ row }) => row)
  if (all.length > LONGEST_LIST) all.sort((a, b) => b.startedAtMs - a.startedAtMs)
  return { total: all.length, sessions: all.slice(0, LONGEST_LIST) }
}
