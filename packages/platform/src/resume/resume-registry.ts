/**
 * Where conversations stand, for a node that must go on with one. A node keeps its own as they change: the newest of each,
 * all in one write every 250 ms. Another takes one, and it is the other's from then on: a node that was only slow, and
 * still keeps it, is told and must stop.
 */

import { type Clock, type Json, ParleyError, type SessionId, type SessionSnapshot } from '@parley/core'
import type { ResumeShelf, ShelfRow } from './resume-shelf.js'
import { type KeptSnapshot, snapshotOf, textOf } from './snapshot-text.js'

export interface KeepSnapshot {
  readonly tenant: string
  readonly session: SessionId
  readonly snapshot: SessionSnapshot
  /** What the host needs beside it to go on (the agent, the call). No secrets: it is stored as it is. */
  readonly facts: Json
  /** How long after the last one it may still be taken, ms. */
  readonly forMs: number
}

export interface ResumeRegistry {
  /** Never waits, never throws. Over 10,000 sessions at once the newest are not kept. */
  keep(kept: KeepSnapshot): void
  /**
   * Of all who ask at the same time exactly one gets it, once; again only where the taker kept nothing for 5 s.
   * @throws ParleyError `store_unavailable` where that cannot be known
   */
  take(tenant: string, session: SessionId): Promise<KeptSnapshot | undefined>
  /** The conversation is over, or another node's. */
  drop(session: SessionId): void
  /** Resolves once all that was kept and dropped before is written, or failed with a warning. */
  flush(): Promise<void>
  /** Writes what waits, and nothing more. */
  close(): Promise<void>
}

export interface ResumeRegistryOptions {
  readonly shelf: ResumeShelf
  /** Unlike that of any other process, and of those that were before. */
  readonly node: string
  readonly clock: Clock
  /** The session is another node's now: end it here (`replaced`) without a word to its store. */
  taken(session: SessionId): void
  /** Told once for each stretch of trouble, and for each snapshot that is too large. */
  warn(error: ParleyError): void
}

const EVERY_MS = 250
const SWEEP_MS = 60_000
const TAKE_AGAIN_MS = 5_000
const MOST_SESSIONS = 10_000
/** Of one snapshot, characters. */
const MOST_CHARS = 1_000_000
/** Of one write, characters: more are several. */
const MOST_IN_WRITE = 8_000_000

export function createResumeRegistry(options: ResumeRegistryOptions): ResumeRegistry {
  const { shelf, node, clock, warn } = options
  let waiting = new Map<SessionId, KeepSnapshot>()
  let over = new Set<SessionId>()
  /** Nothing of these is kept any more. */
  const gone = new Set<SessionId>()
  let writing: Promise<void> | undefined
  let cancel: (() => void) | undefined
  let isFailing = false
  let isClosed = false
  let stopSweeping = sweepLater()

  function arm(): void {
    if (isClosed) return
    cancel ??= clock.after(EVERY_MS, () => {
      cancel = undefined
      void write()
    })
  }

  /** One at a time; what comes meanwhile waits for the next. */
  function write(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = undefined
      if (waiting.size > 0 || over.size > 0) arm()
    })
    return writing
  }

  async function writeAll(): Promise<void> {
    const given = waiting
    const ended = over
    waiting = new Map()
    over = new Set()
    const left = new Set(given.keys())
    try {
      for (const rows of batches(rowsOf(given.values()))) {
        const taken = await shelf.put(node, rows)
        for (const { session } of rows) left.delete(session)
        for (const session of taken) lose(session)
      }
      if (ended.size > 0) await shelf.drop(node, [...ended])
      for (const session of ended) gone.delete(session)
      isFailing = false
    } catch (thrown) {
      // The newest stays, and is tried again with the next.
      for (const session of left) {
        const kept = given.get(session)
        if (kept !== undefined && !waiting.has(session) && !gone.has(session)) waiting.set(session, kept)
      }
      for (const session of ended) over.add(session)
      if (!isFailing) warn(ParleyError.from(thrown, 'store_unavailable'))
      isFailing = true
    }
  }

  /** Also where nothing is kept here: what a node left that died is nobody's else to take out. */
  function sweepLater(): () => void {
    if (shelf.sweep === undefined) return () => {}
    return clock.after(SWEEP_MS, async () => {
      // A shelf that does not answer is told of by whoever writes.
      await shelf.sweep?.().catch(() => {})
      if (!isClosed) stopSweeping = sweepLater()
    })
  }

  function* rowsOf(given: Iterable<KeepSnapshot>): Generator<ShelfRow> {
    for (const { session, tenant, snapshot, facts, forMs } of given) {
      if (gone.has(session)) continue
      const body = textOf({ snapshot, facts }, MOST_CHARS)
      if (body !== undefined) yield { session, tenant, body, forMs }
      else warn(new ParleyError('too_large', `The state of session ${session} is too large to be kept.`))
    }
  }

  function lose(session: SessionId): void {
    waiting.delete(session)
    if (gone.has(session)) return
    gone.add(session)
    over.add(session)
    options.taken(session)
  }

  async function flush(): Promise<void> {
    await writing
    cancel?.()
    cancel = undefined
    if (waiting.size > 0 || over.size > 0) await write()
  }

  return {
    keep(kept) {
      const { session } = kept
      if (isClosed || gone.has(session)) return
      if (waiting.size >= MOST_SESSIONS && !waiting.has(session)) return
      waiting.set(session, kept)
      arm()
    },
    async take(tenant, session) {
      // What this node knows itself is newer than what is written.
      if (waiting.has(session)) await flush()
      const body = await shelf.take({ tenant, session, by: node, againAfterMs: TAKE_AGAIN_MS })
      if (body === undefined) return undefined
      gone.delete(session)
      over.delete(session)
      return snapshotOf(body)
    },
    drop(session) {
      if (isClosed || gone.has(session)) return
      waiting.delete(session)
      gone.add(session)
      over.add(session)
      arm()
    },
    flush,
    async close() {
      if (isClosed) return
      await flush()
      isClosed = true
      stopSweeping()
      cancel?.()
    },
  }
}

function* batches(rows: Iterable<ShelfRow>): Generator<readonly ShelfRow[]> {
  let batch: ShelfRow[] = []
  let chars = 0
  for (const row of rows) {
    if (chars > 0 && chars + row.body.length > MOST_IN_WRITE) {
      yield batch
      batch = []
      chars = 0
    }
    batch.push(row)
    chars += row.body.length
  }
  if (batch.length > 0) yield batch
}
