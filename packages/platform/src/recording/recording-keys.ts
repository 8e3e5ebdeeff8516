/**
 * The key of each recording, wrapped by one of the gateway's. A key that is gone takes what is sealed under it with it: to
 * delete a recording is to delete its key, wherever copies of its files are.
 */

import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { ParleyError } from '@parley/core'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../store/database.js'
import { asStoreError } from '../store/store-errors.js'
import type { RecordingKey } from './recording-shelf.js'

export const RECORDING_KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

export interface WrappedKey {
  /** Nonce, sealed key and tag as base64url. */
  readonly wrapped: string
  /** Of the gateway's key that wrapped it. */
  readonly keyName: string
}

/** Each @throws ParleyError `store_unavailable`, `store_full` (both retryable), `store_failed` */
export interface RecordingKeyBook {
  find(key: RecordingKey): Promise<WrappedKey | undefined>
  /** Gives the one that is kept: of several that are added at once, the first. */
  add(key: RecordingKey, wrapped: WrappedKey): Promise<WrappedKey>
  remove(key: RecordingKey): Promise<void>
  /** Those that were wrapped by another key than this one. */
  otherThan(keyName: string, limit: number): Promise<readonly (RecordingKey & WrappedKey)[]>
  /** Puts another wrapping in the place of one that is still there. */
  replace(key: RecordingKey, old: WrappedKey, wrapped: WrappedKey): Promise<void>
}

/** What wraps: the first of the gateway's keys; what opens: all of them. */
export interface RecordingKeyring {
  /** Name of the key that wraps. */
  readonly current: string
  wrap(key: RecordingKey, dataKey: Uint8Array): WrappedKey
  /** @throws ParleyError `store_failed` for a key that this gateway does not have, or that was changed */
  unwrap(key: RecordingKey, wrapped: WrappedKey): Uint8Array
  knows(keyName: string): boolean
}

/**
 * `keys`: 32 bytes each, the newest first. They are named by their hash, so that what was wrapped finds its key whatever the
 * order. Each wrapping has a random nonce of 96 bits: 2³² of them by one key are safe (NIST SP 800-38D, 8.3).
 */
export function createRecordingKeyring(
  keys: readonly Uint8Array[],
  randomBytes: (count: number) => Uint8Array,
): RecordingKeyring {
  const named = new Map(keys.map(key => [nameOf(key), key]))
  const [[current, newest] = []] = named
  if (current === undefined || newest === undefined) {
    throw new ParleyError('bad_config', 'PARLEY_RECORDINGS_KEY holds no key.')
  }
  return {
    current,
    knows: name => named.has(name),
    wrap(key, dataKey) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', newest, nonce).setAAD(about(key, current))
      const sealed = Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()])
      return { wrapped: sealed.toString('base64url'), keyName: current }
    },
    unwrap(key, { wrapped, keyName }) {
      const by = named.get(keyName)
      if (by === undefined) {
        const message = `A recording is sealed under the key ${keyName}, which is not in PARLEY_RECORDINGS_KEY; add it behind the others.`
        throw new ParleyError('store_failed', message)
      }
      const bytes = Buffer.from(wrapped, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', by, bytes.subarray(0, NONCE_BYTES))
      try {
        decipher.setAAD(about(key, keyName)).setAuthTag(bytes.subarray(-TAG_BYTES))
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
      } catch (cause) {
        throw new ParleyError('store_failed', 'The key of a recording does not open: it was changed.', {
          cause,
        })
      }
    },
  }
}

/** Wraps by the newest key what older ones had wrapped, some at a time. Gives how many. */
export async function rewrapKeys(
  book: RecordingKeyBook,
  ring: RecordingKeyring,
  limit = 200,
): Promise<number> {
  let done = 0
  for (const { tenant, id, wrapped, keyName } of await book.otherThan(ring.current, limit)) {
    if (!ring.knows(keyName)) continue
    const key = { tenant, id }
    const old = { wrapped, keyName }
    await book.replace(key, old, ring.wrap(key, ring.unwrap(key, old)))
    done++
  }
  return done
}

/** A name that says nothing of the key. */
function nameOf(key: Uint8Array): string {
  return createHash('sha256').update('parley recordings key name\0').update(key).digest('hex').slice(0, 12)
}

function about({ tenant, id }: RecordingKey, keyName: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(['parley recording key', keyName, tenant, id]))
}

export function createSqlKeyBook({ sql: database }: Pick<Database, 'sql'>): RecordingKeyBook {
  interface Raw {
    readonly tenant: string
    readonly id: string
    readonly wrapped: string
    readonly key_name: string
  }
  async function rowsOf(query: RawBuilder<Raw>): Promise<readonly (RecordingKey & WrappedKey)[]> {
    try {
      const { rows } = await query.execute(database)
      return rows.map(({ tenant, id, wrapped, key_name }) => ({ tenant, id, wrapped, keyName: key_name }))
    } catch (thrown) {
      throw asStoreError(thrown)
    }
  }
  const find = async ({ tenant, id }: RecordingKey): Promise<WrappedKey | undefined> => {
    const [row] = await rowsOf(
      sql<Raw>`select * from parley.recording_keys where tenant = ${tenant} and id = ${id}`,
    )
    return row
  }

  return {
    find,
    async add(key, { wrapped, keyName }) {
      const [added] = await rowsOf(sql<Raw>`
        insert into parley.recording_keys (tenant, id, wrapped, key_name)
        values (${key.tenant}, ${key.id}, ${wrapped}, ${keyName})
        on conflict (tenant, id) do nothing returning *`)
      const kept = added ?? (await find(key))
      if (kept === undefined) throw new ParleyError('conflict', 'The recording was deleted a moment ago.')
      return kept
    },
    async remove({ tenant, id }) {
      await rowsOf(
        sql<Raw>`delete from parley.recording_keys where tenant = ${tenant} and id = ${id} returning *`,
      )
    },
    otherThan: (keyName, limit) =>
      rowsOf(sql<Raw>`
        select * from parley.recording_keys where key_name <> ${keyName} order by made_at limit ${limit}`),
    async replace({ tenant, id }, old, { wrapped, keyName }) {
      await rowsOf(sql<Raw>`
        update parley.recording_keys set wrapped = ${wrapped}, key_name = ${keyName}
        where tenant = ${tenant} and id = ${id} and wrapped = ${old.wrapped} returning *`)
    },
  }
}
