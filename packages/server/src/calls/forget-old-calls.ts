/** Forgets calls that are older than they may be, with what is kept of them outside of the database. */

import type { CallKey, CallStore } from '@parley/calls'
import type { RecordingShelf } from '@parley/platform'

export interface ForgetOldCalls {
  readonly store: Pick<CallStore, 'olderCalls' | 'dropOlder'>
  readonly recordings: Pick<RecordingShelf, 'remove'>
  /** Epoch ms: what ended before. */
  readonly beforeMs: number
  readonly signal: AbortSignal
}

/** Of one transaction: it must not hold others up. */
const AT_ONCE = 200

/** Gives how many. Files go first: behind the rows nobody would know any more whose they are. */
export async function forgetOldCalls({
  store,
  recordings,
  beforeMs,
  signal,
}: ForgetOldCalls): Promise<number> {
  let forgotten = 0
  while (!signal.aborted) {
    const old = await store.olderCalls(beforeMs, AT_ONCE)
    for (const call of old) await recordings.remove(call)
    const dropped = await store.dropOlder(undefined, beforeMs, AT_ONCE)
    // Whoever else forgets at the same time may have left us others than those that were shown.
    const known = new Set<string>(old.map(({ id }) => id))
    for (const call of dropped.filter(({ id }: CallKey) => !known.has(id))) await recordings.remove(call)
    forgotten += dropped.length
    if (dropped.length < AT_ONCE) break
  }
  return forgotten
}
