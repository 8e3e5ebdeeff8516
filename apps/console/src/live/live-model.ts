/**
 * What the page knows of live conversations, folded from the feed. Levels are kept apart from rows: they change all the
 * time, and nothing but a meter is drawn anew for them. Pure but for `levels`, which is written in place.
 */
import type { LiveServerMessage, LiveSession } from '@parley/protocol'

export interface LiveRow extends Omit<LiveSession, 'userDbfs' | 'agentDbfs'> {}

export interface LiveLevels {
  readonly user: number
  readonly agent: number
}

export interface LiveModel {
  readonly rows: ReadonlyMap<string, LiveRow>
  readonly total: number
  readonly node: string
  /** Whether other nodes are seen. */
  readonly shared: boolean
  readonly firstTokenTargetMs: number | undefined
  /** By how much the gateway's clock is ahead of this machine's, ms. */
  readonly aheadMs: number
}

export type LevelTable = Map<string, LiveLevels>

/** Rows that did not change stay the same objects. */
export function liveStep(
  model: LiveModel | undefined,
  message: LiveServerMessage,
  { levels, nowMs }: { readonly levels: LevelTable; readonly nowMs: number },
): LiveModel | undefined {
  if (message.type === 'snapshot') {
    levels.clear()
    const rows = new Map(message.sessions.map(session => [session.session, rowOf(session, levels)]))
    const { total, node, shared, firstTokenTargetMs } = message
    return { rows, total, node, shared, firstTokenTargetMs, aheadMs: message.nowMs - nowMs }
  }
  if (message.type !== 'changes' || model === undefined) return model
  const rows = new Map(model.rows)
  let changed = message.total !== undefined && message.total !== model.total
  for (const session of message.gone) {
    levels.delete(session)
    changed = rows.delete(session) || changed
  }
  for (const { userDbfs, agentDbfs, ...change } of message.changed) {
    const { session } = change
    const known = levels.get(session)
    if (userDbfs !== undefined || agentDbfs !== undefined) {
      levels.set(session, { user: userDbfs ?? known?.user ?? -100, agent: agentDbfs ?? known?.agent ?? -100 })
    }
    // Its session is always told.
    if (Object.keys(change).length === 1) continue
    const before = rows.get(session)
    // A session that was not told before comes whole.
    rows.set(session, before === undefined ? (change as LiveRow) : ({ ...before, ...change } as LiveRow))
    changed = true
  }
  return changed ? { ...model, rows, total: message.total ?? model.total } : model
}

function rowOf({ userDbfs, agentDbfs, ...row }: LiveSession, levels: LevelTable): LiveRow {
  levels.set(row.session, { user: userDbfs, agent: agentDbfs })
  return row
}

export interface LiveFilter {
  readonly agent: string
  readonly edge: string
}

/** Newest first; a row keeps its place while it is on. */
export function listedRows(model: LiveModel, { agent, edge }: LiveFilter): LiveRow[] {
  return [...model.rows.values()]
    .filter(row => (agent === '' || row.agent === agent) && (edge === '' || row.edge === edge))
    .sort((a, b) => b.startedAtMs - a.startedAtMs || (a.session < b.session ? 1 : -1))
}

/** How many there are of each state of the floor. */
export function countFloors(rows: readonly LiveRow[]): ReadonlyMap<LiveRow['floor'], number> {
  const counts = new Map<LiveRow['floor'], number>()
  for (const { floor } of rows) counts.set(floor, (counts.get(floor) ?? 0) + 1)
  return counts
}
