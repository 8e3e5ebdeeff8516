import { type Clock, ParleyError } from '@parley/core'
import { clusterFolder, hasCluster, markCreated, markCreating, prepareDataFolder } from './data-folder.js'
import { type Database, kyselyOver } from './database.js'
import { acquireFolderLock, type FolderLock } from './folder-lock.js'
import { unpackFreshCluster } from './fresh-cluster.js'
import { createMutex } from './mutex.js'
import { type PgliteEngine, startPgliteEngine } from './pglite-engine.js'
import type { EmbeddedClient, EmbeddedSql, SqlClient, SqlNotice, SqlPool } from './pool.js'
import type { StoreLog } from './store.js'
import { asFolderError, asStoreError } from './store-errors.js'

/**
 * PGlite on a data folder, behind the shape of a pool with one client. An engine that died (a full disk makes
 * PostgreSQL panic, and a panic leaves PGlite unusable) is replaced by a new one on the next use; recovery from the
 * WAL brings back everything that was committed.
 */
export interface PgliteOptions {
  /** A folder, or `memory://`, which forgets everything with its worker. */
  readonly dataDir: string
  readonly clock: Clock
  readonly log: StoreLog
}

const memoryDir = 'memory://'
const maxWaiting = 1000
const statementLimitMs = 30_000
/** Pause between two attempts to open, in ms. */
const reopenPauseMs = 250
/** Clients between two looks at the WAL. */
const clientsPerCheck = 256
/** Without a checkpointer process the WAL only shrinks at a CHECKPOINT of ours. */
const walLimitBytes = 64 * 2 ** 20
/** What is not logged leaves no trace in the WAL: such a table is vacuumed by its size. */
const unloggedLimitBytes = 16 * 2 ** 20

/**
 * @throws ParleyError `store_locked`, `store_full`, `store_unavailable` (folder not writable) or `store_failed`
 *   (damaged, or of another version).
 */
export async function openPglite(options: PgliteOptions): Promise<Database> {
  const lock = options.dataDir === memoryDir ? undefined : lockFolder(options)
  try {
    const notices = new Set<(notice: SqlNotice) => void>()
    const notice = (channel: string, payload: string) => {
      for (const run of notices) run({ channel, payload })
    }
    const engine = await firstEngine(options, notice)
    const pool = createPglitePool({ options, engine, notice, notices })
    lock?.whenLost(pool.abandon)
    const sql = kyselyOver(pool)
    let closing: Promise<void> | undefined
    const close = async () => {
      await sql.destroy()
      await pool.end()
      lock?.release()
    }
    return {
      kind: 'pglite',
      sql,
      embedded: pool.embedded,
      close() {
        closing ??= close()
        return closing
      },
    }
  } catch (thrown) {
    lock?.release()
    throw asStoreError(thrown)
  }
}

interface HeldFolder extends FolderLock {
  whenLost(run: () => void): void
}

function lockFolder({ dataDir, clock, log }: PgliteOptions): HeldFolder {
  let onLost = () => {}
  try {
    prepareDataFolder(dataDir)
    const lock = acquireFolderLock({ folder: dataDir, clock, log, onLost: () => onLost() })
    return {
      release: lock.release,
      whenLost(run) {
        onLost = run
      },
    }
  } catch (thrown) {
    throw asFolderError(thrown, dataDir)
  }
}

async function firstEngine(options: PgliteOptions, notice: Notice): Promise<PgliteEngine> {
  const { dataDir, log } = options
  if (dataDir !== memoryDir && !hasCluster(dataDir)) {
    log.info({ folder: dataDir }, 'Making a fresh embedded database.')
    markCreating(dataDir)
    await makeCluster(options)
    markCreated(dataDir)
  }
  return startEngine(options, notice)
}

async function makeCluster(options: PgliteOptions): Promise<void> {
  const { dataDir } = options
  try {
    if (await unpackFreshCluster(clusterFolder(dataDir))) return
  } catch (thrown) {
    throw asFolderError(thrown, dataDir)
  }
  // PGlite takes 900 MB for it, which only the end of its worker gives back: so it has its own.
  const maker = await startEngine(options)
  await maker.close()
}

type Notice = (channel: string, payload: string) => void

function startEngine({ dataDir, clock }: PgliteOptions, notice?: Notice): Promise<PgliteEngine> {
  const folder = dataDir === memoryDir ? dataDir : clusterFolder(dataDir)
  return startPgliteEngine({ folder, clock, statementLimitMs, ...(notice ? { notice } : {}) })
}

interface PglitePool extends SqlPool {
  /** Stops at once, for a folder that is no longer ours. */
  abandon(): void
  readonly embedded: EmbeddedSql
}

interface PoolStart {
  readonly options: PgliteOptions
  readonly engine: PgliteEngine
  readonly notice: Notice
  readonly notices: Set<(notice: SqlNotice) => void>
}

function createPglitePool(start: PoolStart): PglitePool {
  const { options, notice, notices } = start
  const { clock, log, dataDir } = options
  const mutex = createMutex()
  let engine = start.engine
  let failure: { readonly fault: ParleyError; readonly atMs: number } | undefined
  let over: ParleyError | undefined
  let served = 0
  const reopened = new Set<() => void>()

  async function livingEngine(): Promise<PgliteEngine> {
    if (over) throw over
    if (engine.alive()) return engine
    if (failure && clock.now() - failure.atMs < reopenPauseMs) throw failure.fault
    if (dataDir === memoryDir) throw new ParleyError('store_failed', 'The database in memory is gone.')
    log.warn({ folder: dataDir }, 'The embedded database stopped; opening it again.')
    try {
      engine = await startEngine(options, notice)
      failure = undefined
    } catch (thrown) {
      const fault = asStoreError(thrown)
      failure = { fault, atMs: clock.now() }
      throw fault
    }
    if (over) {
      await engine.kill()
      throw over
    }
    for (const run of reopened) run()
    return engine
  }

  async function connect(): Promise<SqlClient & EmbeddedClient> {
    if (mutex.waiting() >= maxWaiting) throw tooMany()
    const letGo = await mutex.acquire()
    try {
      const held = await livingEngine()
      return {
        query: (sql, parameters) => held.query(sql, parameters),
        run: (sql, parameters) => held.run(sql, parameters),
        release: () => release(held, letGo),
      }
    } catch (thrown) {
      letGo()
      throw thrown
    }
  }

  function release(held: PgliteEngine, letGo: () => void): void {
    served++
    if (served % clientsPerCheck !== 0) {
      letGo()
      return
    }
    void tidy(held)
      .catch((thrown: unknown) => {
        const fault = asStoreError(thrown)
        log.warn({ code: fault.code, reason: fault.message }, 'A checkpoint of the embedded database failed.')
      })
      .finally(letGo)
  }

  return {
    connect,
    embedded: {
      connect,
      onNotice: run => keptIn(notices, run),
      onReopened: run => keptIn(reopened, run),
    },
    abandon() {
      over = new ParleyError('store_locked', `The data folder ${dataDir} was taken by another process.`)
      void engine.kill()
    },
    async end() {
      if (over) return
      over = new ParleyError('store_unavailable', 'The store is closed.')
      const letGo = await mutex.acquire()
      await engine.close()
      letGo()
    },
  }
}

function keptIn<Run>(set: Set<Run>, run: Run): () => void {
  set.add(run)
  return () => void set.delete(run)
}

function tooMany(): ParleyError {
  return new ParleyError('store_unavailable', 'Too many queries wait for the database; try again later.', {
    retryable: true,
  })
}

/** What the background processes of a server would do: checkpoint, and vacuum where rows were rewritten. */
async function tidy(engine: PgliteEngine): Promise<void> {
  if (!engine.alive()) return
  await tidyUnlogged(engine)
  const { rows } = await engine.query(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 as bytes from pg_control_checkpoint()`,
    [],
  )
  const first = rows[0] as { readonly bytes: number } | undefined
  if (!first || first.bytes < walLimitBytes) return
  await engine.query('checkpoint', [])
  const tables = await engine.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('parley', 'parley_queue') order by 1`,
    [],
  )
  for (const { name } of tables.rows as { readonly name: string }[]) {
    await engine.query(`vacuum (analyze) ${name}`, [])
  }
}

async function tidyUnlogged(engine: PgliteEngine): Promise<void> {
  const large = await engine.query(
    `select oid::regclass::text as name from pg_class where relkind = 'r' and relpersistence = 'u'
     and relnamespace = 'parley'::regnamespace and pg_total_relation_size(oid) > $1`,
    [unloggedLimitBytes],
  )
  for (const { name } of large.rows as { readonly name: string }[]) await engine.query(`vacuum ${name}`, [])
}
