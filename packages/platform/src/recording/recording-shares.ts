/**
 * Links to a recording that work without a token until they end. What is kept is the hash of a secret of 256 bits, so that
 * whoever reads the table can open none; whoever has none cannot guess one, and is told the same for every kind of none.
 */

import { createHash } from 'node:crypto'
import { ParleyError } from '@parley/core'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../store/database.js'
import { asStoreError } from '../store/store-errors.js'
import type { RecordingKey } from './recording-shelf.js'

/** Longest life of a link. */
export const LONGEST_SHARE_MS = 30 * 86_400_000
/** Links of one recording that may be open at once. */
export const MOST_SHARES = 50

export interface RecordingShare {
  /** The first 16 hexadecimal digits of the hash: it opens nothing. */
  readonly id: string
  readonly createdBy: string
  /** Epoch ms. */
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

export interface RecordingShares {
  /**
   * `secret` is told here and nowhere else.
   * @throws ParleyError `not_found` where there is no recording, `conflict` where it has too many links, `store_…`
   */
  add(
    key: RecordingKey,
    share: { readonly createdBy: string; readonly forMs: number },
  ): Promise<RecordingShare & { readonly secret: string }>
  /** Those that are open, newest first. */
  list(key: RecordingKey): Promise<readonly RecordingShare[]>
  /** Whether there was one. */
  revoke(key: RecordingKey, id: string): Promise<boolean>
  /** The recording behind a secret; undefined for one that is unknown, over, revoked or whose recording is gone. */
  open(secret: string): Promise<RecordingKey | undefined>
}

export interface RecordingSharesOptions {
  readonly database: Pick<Database, 'sql'>
  /** Epoch ms. */
  readonly epochMs: () => number
  /** Bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array
}

const secretPattern = /^[A-Za-z0-9_-]{43}$/

export function createRecordingShares(options: RecordingSharesOptions): RecordingShares {
  const { epochMs, randomBytes } = options
  const { sql: database } = options.database

  async function rowsOf<Row>(query: RawBuilder<Row>): Promise<readonly Row[]> {
    try {
      return (await query.execute(database)).rows
    } catch (thrown) {
      throw asStoreError(thrown)
    }
  }

  const list = async ({ tenant, id }: RecordingKey): Promise<readonly RecordingShare[]> => {
    const rows = await rowsOf(sql<Raw>`
      select secret_hash, created_by, created_at_ms, expires_at_ms from parley.recording_shares
      where session_id = ${id} and tenant = ${tenant} and revoked_at_ms is null and expires_at_ms > ${Math.floor(epochMs())}
      order by created_at_ms desc, secret_hash limit ${MOST_SHARES}`)
    return rows.map(shareOf)
  }

  return {
    list,
    async add(key, { createdBy, forMs }) {
      if ((await list(key)).length >= MOST_SHARES) {
        throw new ParleyError('conflict', `A recording has ${MOST_SHARES} links at most; revoke one first.`)
      }
      const secret = Buffer.from(randomBytes(32)).toString('base64url')
      const createdAtMs = Math.floor(epochMs())
      const expiresAtMs = createdAtMs + Math.min(forMs, LONGEST_SHARE_MS)
      const [row] = await rowsOf(sql<Raw>`
        insert into parley.recording_shares
          (secret_hash, session_id, tenant, created_by, created_at_ms, expires_at_ms)
        select ${hashOf(secret)}, session_id, tenant, ${createdBy}, ${createdAtMs}::bigint, ${expiresAtMs}::bigint
        from parley.recordings
        where session_id = ${key.id} and tenant = ${key.tenant} and status in ('recording', 'finishing', 'ready')
        returning secret_hash, created_by, created_at_ms, expires_at_ms`)
      if (row === undefined) throw new ParleyError('not_found', 'There is no recording to share.')
      return { ...shareOf(row), secret }
    },
    async revoke({ tenant, id }, share) {
      if (!/^[0-9a-f]{16}$/.test(share)) return false
      const rows = await rowsOf(sql<{ readonly secret_hash: string }>`
        update parley.recording_shares set revoked_at_ms = ${Math.floor(epochMs())}
        where session_id = ${id} and tenant = ${tenant} and revoked_at_ms is null
          and left(secret_hash, 16) = ${share}
        returning secret_hash`)
      return rows.length > 0
    },
    async open(secret) {
      // A secret of another shape is looked for, too, so that asking takes one look whatever it is.
      const hash = hashOf(secretPattern.test(secret) ? secret : '')
      const [row] = await rowsOf(sql<{ readonly session_id: string; readonly tenant: string }>`
        select share.session_id, share.tenant from parley.recording_shares share
        join parley.recordings recording
          on recording.session_id = share.session_id and recording.tenant = share.tenant
        where share.secret_hash = ${hash} and share.revoked_at_ms is null
          and share.expires_at_ms > ${Math.floor(epochMs())} and recording.status in ('recording', 'finishing', 'ready')`)
      return row === undefined ? undefined : { tenant: row.tenant, id: row.session_id }
    },
  }
}

interface Raw {
  readonly secret_hash: string
  readonly created_by: string
  readonly created_at_ms: number
  readonly expires_at_ms: number
}

function shareOf({ secret_hash, created_by, created_at_ms, expires_at_ms }: Raw): RecordingShare {
  return {
    id: secret_hash.slice(0, 16),
    createdBy: created_by,
    createdAtMs: Number(created_at_ms),
    expiresAtMs: Number(expires_at_ms),
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
