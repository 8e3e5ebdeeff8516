/**
 * The embedded database in the shape of a `pg.Pool`, as far as a library that was written for `pg` uses one. Its many
 * "connections" are one: each statement waits its turn, and from BEGIN to COMMIT nobody else gets in between.
 */

import { EventEmitter } from 'node:events'
import { type Clock, ParleyError } from '@parley/core'
import type { EmbeddedClient, EmbeddedSql, SqlNotice, SqlResult } from './pool.js'

export interface PgPoolFace {
  query(sql: string, parameters?: readonly unknown[]): Promise<SqlResult>
  connect(): Promise<PgClientFace>
  /** Lets go of what was made here; the database stays open. */
  end(): Promise<void>
  on(event: string, run: (...values: never[]) => void): this
  removeAllListeners(event?: string): this
  /** Nothing lies between it and us that could fall silent. */
  readonly options: { readonly keepAlive: true }
}

export interface PgClientFace extends EventEmitter {
  query(sql: string, parameters?: readonly unknown[]): Promise<SqlResult>
  release(destroy?: boolean): void
}

/** Pause before a statement is refused that no database took, ms: whoever asks again at once would stop the process. */
const refusalPauseMs = 250

export function pgPoolOver(database: EmbeddedSql, clock: Clock): PgPoolFace {
  const embedded: EmbeddedSql = {
    ...database,
    async connect() {
      try {
        return await database.connect()
      } catch (thrown) {
        await new Promise<void>(resolve => clock.after(refusalPauseMs, resolve))
        throw ParleyError.from(thrown, 'store_unavailable')
      }
    },
  }
  const open = new Set<PgClientFace>()

  async function connect(): Promise<PgClientFace> {
    const client = createClient(embedded, () => open.delete(client))
    open.add(client)
    return client
  }

  return {
    options: { keepAlive: true },
    connect,
    query: (sql, parameters) => onceOn(embedded, sql, parameters),
    async end() {
      for (const client of [...open]) client.release()
    },
    // A pool of one that is always there has nothing to say.
    on() {
      return this
    },
    removeAllListeners() {
      return this
    },
  }
}

function createClient(embedded: EmbeddedSql, onReleased: () => void): PgClientFace {
  const emitter = new EventEmitter()
  let held: EmbeddedClient | undefined
  let listens = false
  const stopNotices = embedded.onNotice(({ channel, payload }: SqlNotice) => {
    if (listens) emitter.emit('notification', { channel, payload })
  })
  const stopReopened = embedded.onReopened(() => {
    if (!listens) return
    listens = false
    if (emitter.listenerCount('error') > 0) emitter.emit('error', new Error('The database was opened again.'))
  })

  async function query(sql: string, parameters?: readonly unknown[]): Promise<SqlResult> {
    const first = firstWord(sql)
    if (first === 'listen') listens = true
    if (held) return endsTransaction(first) ? lastOf(held, sql) : answered(held.run(sql, parameters))
    if (first !== 'begin') return onceOn(embedded, sql, parameters)
    held = await embedded.connect()
    return answered(held.run(sql))
  }

  async function lastOf(client: EmbeddedClient, sql: string): Promise<SqlResult> {
    try {
      return await answered(client.run(sql))
    } finally {
      held = undefined
      client.release()
    }
  }

  return Object.assign(emitter, {
    query,
    release() {
      stopNotices()
      stopReopened()
      if (held) lastOf(held, 'rollback').catch(() => {})
      onReleased()
    },
  })
}

async function onceOn(
  embedded: EmbeddedSql,
  sql: string,
  parameters: readonly unknown[] | undefined,
): Promise<SqlResult> {
  const client = await embedded.connect()
  try {
    return await answered(client.run(sql, parameters))
  } finally {
    client.release()
  }
}

/** With the database's own error, whose code and detail the library reads. */
async function answered(asked: Promise<SqlResult>): Promise<SqlResult> {
  try {
    return await asked
  } catch (thrown) {
    const cause = thrown instanceof Error ? thrown.cause : undefined
    throw cause instanceof Error && 'code' in cause ? cause : thrown
  }
}

function endsTransaction(word: string): boolean {
  return word === 'commit' || word === 'rollback'
}

function firstWord(sql: string): string {
  return /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? ''
}
