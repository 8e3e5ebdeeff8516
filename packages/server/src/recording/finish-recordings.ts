/**
 * What is done about recordings whose conversation is over: their files are made, one after another, and what nobody finished,
 * because a node died, is found and finished by any node that sees its files.
 */

import { type Clock, ParleyError } from '@parley/core'
import type {
  RecordingChange,
  RecordingFormat,
  RecordingKey,
  RecordingRow,
  RecordingRows,
  RecordingShelf,
  Recordings,
  StaleRow,
} from '@parley/platform'
import type { Log } from '../log/log.js'
import type { RecordingMetrics } from '../metrics/recording-metrics.js'
import { RECORDING_STEM } from './session-recordings.js'

export interface FinishRecordings {
  /** Its row says `finishing`; resolves when that is so no more, or given up for now. */
  finish(key: RecordingKey, problem?: string): Promise<void>
  /** Recordings that wait or are being made; this node renews them. */
  readonly keys: readonly RecordingKey[]
  /** Looks for what nobody finished, what is over, what is still to be deleted. `leaseMs`: not worked on for so long; default `LEASE_MS`. */
  sweep(leaseMs?: number): Promise<void>
  close(): Promise<void>
}

export interface FinishRecordingsOptions {
  readonly rows: RecordingRows
  readonly shelf: RecordingShelf
  readonly recordings: Recordings
  readonly formats: readonly RecordingFormat[]
  readonly node: string
  readonly clock: Clock
  readonly epochMs: () => number
  readonly log: Log
  readonly metrics: RecordingMetrics
  /** Deletes one; its row says so already or will. */
  erase(key: RecordingKey): Promise<void>
  /** Files were made. */
  made?(): Promise<void>
}

/** Nobody has renewed it for so long: its node is gone. */
export const LEASE_MS = 120_000
/** Its files were seen by nobody for so long: they are lost, or on a disk that nobody shares. */
const LOST_MS = 3_600_000
/** A failed one whose files turn up is still made within. */
const LOOKED_FOR_MS = 7 * 86_400_000
const AT_ONCE = 20

export function createFinishRecordings(options: FinishRecordingsOptions): FinishRecordings {
  const { rows, shelf, recordings, node, log, metrics } = options
  const over = new AbortController()
  const waiting = new Map<string, RecordingKey>()
  let tail: Promise<void> = Promise.resolve()

  async function make(key: RecordingKey, problem: string | undefined): Promise<void> {
    if (over.signal.aborted) return
    const beganMs = options.clock.now()
    try {
      const status = await made(key, problem)
      if (status === undefined) return await madeInVain(key)
      metrics.finished(status, (options.clock.now() - beganMs) / 1000)
      if (status === 'ready') await options.made?.()
    } catch (thrown) {
      if (over.signal.aborted) return
      const err = ParleyError.from(thrown)
      log.warn({ err, session: key.id }, 'a recording could not be made; it is tried again')
      const row = await rows.read(key).catch(() => undefined)
      // What is made keeps what was to be said of it.
      if (row?.durationMs !== undefined) return
      await change(key, { problem: `It could not be made yet: ${err.message}` }).catch(() => {})
    }
  }

  /** Of a row that is this node's to finish; nothing of another's. */
  const change = (key: RecordingKey, changed: RecordingChange) =>
    rows.change(key, ['finishing'], changed, node)

  /** What the row says at the end; undefined where it is not this node's any more. */
  async function made(
    key: RecordingKey,
    problem: string | undefined,
  ): Promise<'ready' | 'failed' | undefined> {
    const row = await rows.read(key)
    // Its files are in place, and whoever put them there died: what is left is to tidy up.
    if (row?.status === 'finishing' && row.durationMs !== undefined) await recordings.tidy(key)
    else {
      const finished = await recordings.finish(key, over.signal, {
        async holds() {
          const now = await rows.read(key)
          return now?.status === 'finishing' && now.node === node
        },
        async made({ durationMs }) {
          const { formats } = options
          return (await change(key, { durationMs, formats, problem: problem ?? null })) !== undefined
        },
      })
      if (finished === 'lost') return undefined
      if (finished === undefined) {
        const failed = { status: 'failed', problem: 'Nothing was heard: there is no sound to keep.' } as const
        return (await change(key, failed))?.status === 'failed' ? 'failed' : undefined
      }
    }
    return (await change(key, { status: 'ready' })) === undefined ? undefined : 'ready'
  }

  /** Deleted meanwhile: so is what was made of it. What another node makes, since this one was taken for dead, stays. */
  async function madeInVain(key: RecordingKey): Promise<void> {
    const now = await rows.read(key)
    if (now === undefined || now.status === 'deleted') return options.erase(key)
    log.warn(
      { session: key.id, status: now.status },
      'a recording is finished by another node; this one changed nothing',
    )
  }

  /** One at a time: it is work for a machine that has conversations to hold. */
  function finish(key: RecordingKey, problem?: string): Promise<void> {
    const name = JSON.stringify([key.tenant, key.id])
    if (waiting.has(name)) return tail
    waiting.set(name, { tenant: key.tenant, id: key.id })
    tail = tail.then(() => make(key, problem)).finally(() => waiting.delete(name))
    return tail
  }

  async function look(row: StaleRow): Promise<void> {
    const take = () => rows.take(row, { node, idleMs: Math.min(row.idleMs, LEASE_MS) })
    if (row.status === 'deleted') {
      if ((await take()) !== undefined) await options.erase(row)
      return
    }
    if (row.status === 'waiting') {
      // Whoever held the conversation is gone, and nobody had consented.
      await rows.change(row, ['waiting'], { status: 'deleted', problem: null })
      return
    }
    const files = await shelf.list(row)
    const isHere = files.some(({ name }) => name.startsWith('segment-') || name === `${RECORDING_STEM}.json`)
    if (isHere) {
      if ((await take()) === undefined) return
      const taken = await rows.change(
        row,
        ['recording', 'finishing', 'failed'],
        { status: 'finishing' },
        node,
      )
      if (taken !== undefined) await finish(row, cutShort(row))
      return
    }
    if (row.status === 'failed' || row.idleMs < LOST_MS) return
    const problem =
      `Its files are not to be seen from any node that looked; node ${row.node} wrote them. ` +
      'Let nodes share PARLEY_RECORDINGS_DIR, or start the one that has them.'
    await rows.change(row, ['recording', 'finishing'], { status: 'failed', problem })
    metrics.finished('failed', 0)
  }

  return {
    finish,
    get keys() {
      return [...waiting.values()]
    },
    async sweep(leaseMs = LEASE_MS) {
      const unfinished = await rows.stale({
        statuses: ['waiting', 'recording', 'finishing', 'deleted'],
        idleMs: leaseMs,
        limit: AT_ONCE,
      })
      const failed = await rows.stale({ statuses: ['failed'], idleMs: LOST_MS, limit: AT_ONCE })
      const sinceMs = options.epochMs() - LOOKED_FOR_MS
      const found = [...unfinished, ...failed.filter(({ startedAtMs = 0 }) => startedAtMs > sinceMs)]
      for (const row of found) {
        if (over.signal.aborted) return
        await look(row).catch(err =>
          log.warn({ err, session: row.id }, 'a recording could not be looked after'),
        )
      }
      for (const row of await rows.expired(options.epochMs(), AT_ONCE)) {
        if (over.signal.aborted) return
        await options
          .erase(row)
          .catch(err => log.warn({ err, session: row.id }, 'a recording could not be deleted'))
      }
    },
    async close() {
      over.abort(new ParleyError('draining'))
      await tail
    },
  }
}

function cutShort({ status }: RecordingRow): string | undefined {
  return status === 'recording'
    ? 'Its node went away while it was recorded: the end may be missing.'
    : undefined
}
