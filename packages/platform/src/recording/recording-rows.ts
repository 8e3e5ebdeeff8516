/**
 * What is known of each conversation's recording, for all nodes. A row belongs to the node that works on it for as long as
 * that renews it; what is not renewed may be taken by another.
 */

import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../store/database.js'
import { asStoreError } from '../store/store-errors.js'
import type { RecordingKey } from './recording-shelf.js'

export type RecordingStatus =
  /** For consent: nothing is kept. */
  | 'waiting'
  | 'recording'
  /** The conversation is over; the files are being made. */
  | 'finishing'
  | 'ready'
  /** `problem` says why in words. */
  | 'failed'
  | 'deleted'

export type RecordingConsent = 'announced' | 'asked' | 'granted' | 'refused'

export interface RecordingRow extends RecordingKey {
  /** Who talks in it. */
  readonly subject: string
  readonly status: RecordingStatus
  readonly consent: RecordingConsent
  readonly node: string
  /** Hz. */
  readonly sampleRate: number
  /** Epoch ms of its first sample; undefined before there is one. */
  readonly startedAtMs?: number
  /** Where its first sample is on the conversation's own clock, ms. */
  readonly offsetMs?: number
  readonly durationMs?: number
  /** What there is of it: `wav`, `ogg`. */
  readonly formats: readonly string[]
  /** Epoch ms; undefined where it is kept until somebody deletes it. */
  readonly retainUntilMs?: number
  readonly problem?: string
}

export interface StaleRow extends RecordingRow {
  /** How long nobody has worked on it. */
  readonly idleMs: number
}

export interface RecordingChange {
  readonly status?: RecordingStatus
  readonly consent?: RecordingConsent
  readonly node?: string
  readonly startedAtMs?: number
  readonly offsetMs?: number
  readonly durationMs?: number
  readonly formats?: readonly string[]
  readonly problem?: string | null
}

/** Each @throws ParleyError `store_unavailable`, `store_full` (both retryable) or `store_failed`. */
export interface RecordingRows {
  /**
   * A conversation begins, or goes on at another node: then gives the row that is there, under the new node, unless its files
   * are made (`durationMs`): then nothing is added to it.
   */
  begin(row: Omit<RecordingRow, 'durationMs' | 'formats' | 'problem'>): Promise<RecordingRow>
  read(key: RecordingKey): Promise<RecordingRow | undefined>
  /** Changes a row whose status is one of `from`, and whose node is `node` where that is given; undefined where it is not. */
  change(
    key: RecordingKey,
    from: readonly RecordingStatus[],
    change: RecordingChange,
    node?: string,
  ): Promise<RecordingRow | undefined>
  /** The node's rows in `ids` are its own for longer; gives them as they are. */
  renew(node: string, ids: readonly string[]): Promise<readonly RecordingRow[]>
  /** Rows in one of these states that nobody has renewed for this long, the longest first. */
  stale(query: {
    readonly statuses: readonly RecordingStatus[]
    readonly idleMs: number
    readonly limit: number
  }): Promise<readonly StaleRow[]>
  /** Makes a stale row `node`'s; undefined where somebody else was faster. */
  take(
    key: RecordingKey,
    by: { readonly node: string; readonly idleMs: number },
  ): Promise<RecordingRow | undefined>
  /** Whose time is over. */
  expired(nowMs: number, limit: number): Promise<readonly RecordingRow[]>
}

interface Raw {
  readonly session_id: string
  readonly tenant: string
  readonly subject: string
  readonly status: RecordingStatus
  readonly consent: RecordingConsent
  readonly node: string
  readonly sample_rate: number
  readonly started_at_ms: number | null
  readonly offset_ms: number | null
  readonly duration_ms: number | null
  readonly formats: string
  readonly retain_until_ms: number | null
  readonly problem: string | null
}

export function createRecordingRows({ sql: database }: Pick<Database, 'sql'>): RecordingRows {
  async function rowsOf(query: RawBuilder<Raw>): Promise<readonly RecordingRow[]> {
    try {
      return (await query.execute(database)).rows.map(rowOf)
    } catch (thrown) {
      throw asStoreError(thrown)
    }
  }

  return {
    async begin(row) {
      const started = row.startedAtMs === undefined ? null : Math.floor(row.startedAtMs)
      const until = row.retainUntilMs === undefined ? null : Math.floor(row.retainUntilMs)
      const [made] = await rowsOf(sql<Raw>`
        insert into parley.recordings as old (session_id, tenant, subject, status, consent, node, sample_rate,
          started_at_ms, offset_ms, retain_until_ms)
        values (${row.id}, ${row.tenant}, ${row.subject}, ${row.status}, ${row.consent}, ${row.node},
          ${row.sampleRate}, ${started}, ${row.offsetMs ?? null}, ${until})
        on conflict (session_id, tenant) do update set
          node = case when old.status in ('deleted', 'ready') or old.duration_ms is not null then old.node
            else excluded.node end,
          status = case when old.status in ('finishing', 'failed') and old.duration_ms is null then 'recording'
            else old.status end,
          updated_at = now()
        returning *`)
      return made as RecordingRow
    },
    async read({ tenant, id }) {
      const [row] = await rowsOf(
        sql<Raw>`select * from parley.recordings where session_id = ${id} and tenant = ${tenant}`,
      )
      return row
    },
    async change({ tenant, id }, from, change, holder) {
      const { status, consent, node, startedAtMs, offsetMs, durationMs, formats, problem } = change
      const [row] = await rowsOf(sql<Raw>`
        update parley.recordings set
          status = coalesce(${status ?? null}, status),
          consent = coalesce(${consent ?? null}, consent),
          node = coalesce(${node ?? null}, node),
          started_at_ms = coalesce(${startedAtMs === undefined ? null : Math.floor(startedAtMs)}, started_at_ms),
          offset_ms = coalesce(${offsetMs ?? null}, offset_ms),
          duration_ms = coalesce(${durationMs ?? null}, duration_ms),
          formats = coalesce(${formats?.join(',') ?? null}, formats),
          problem = ${problem === undefined ? sql`problem` : problem},
          updated_at = now()
        where session_id = ${id} and tenant = ${tenant}
          and status in (select json_array_elements_text(${JSON.stringify(from)}::json))
          and node = coalesce(${holder ?? null}, node)
        returning *`)
      return row
    },
    renew: (node, ids) =>
      rowsOf(sql<Raw>`
        update parley.recordings set updated_at = now()
        where node = ${node} and session_id in (select json_array_elements_text(${JSON.stringify(ids)}::json))
        returning *`),
    async stale({ statuses, idleMs, limit }) {
      const query = sql<Raw & { readonly idle_ms: number }>`
        select *, extract(epoch from now() - updated_at)::float8 * 1000 as idle_ms from parley.recordings
        where status in (select json_array_elements_text(${JSON.stringify(statuses)}::json))
          and (status <> 'deleted' or problem is not null)
          and updated_at < now() - ${idleMs}::float8 * interval '1 millisecond'
        order by updated_at limit ${limit}`
      try {
        return (await query.execute(database)).rows.map(raw => ({ ...rowOf(raw), idleMs: raw.idle_ms }))
      } catch (thrown) {
        throw asStoreError(thrown)
      }
    },
    async take({ tenant, id }, { node, idleMs }) {
      const [row] = await rowsOf(sql<Raw>`
        update parley.recordings set node = ${node}, updated_at = now()
        where session_id = ${id} and tenant = ${tenant}
          and updated_at < now() - ${idleMs}::float8 * interval '1 millisecond'
        returning *`)
      return row
    },
    expired: (nowMs, limit) =>
      rowsOf(sql<Raw>`
        select * from parley.recordings
        where retain_until_ms < ${Math.floor(nowMs)} and status in ('ready', 'failed')
        order by retain_until_ms limit ${limit}`),
  }
}

function rowOf(raw: Raw): RecordingRow {
  const { started_at_ms, offset_ms, duration_ms, retain_until_ms, problem } = raw
  return {
    tenant: raw.tenant,
    id: raw.session_id,
    subject: raw.subject,
    status: raw.status,
    consent: raw.consent,
    node: raw.node,
    sampleRate: raw.sample_rate,
    formats: raw.formats === '' ? [] : raw.formats.split(','),
    ...(started_at_ms === null ? {} : { startedAtMs: Number(started_at_ms) }),
    ...(offset_ms === null ? {} : { offsetMs: offset_ms }),
    ...(duration_ms === null ? {} : { durationMs: duration_ms }),
    ...(retain_until_ms === null ? {} : { retainUntilMs: Number(retain_until_ms) }),
    ...(problem === null ? {} : { problem }),
  }
}
