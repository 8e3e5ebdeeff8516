import { type Clock, type DurableEvent, ParleyError, type SessionId } from '@parley/core'
import { sql } from 'kysely'
import { type BatchQueue, createBatchQueue } from './batch-queue.js'
import type { Database } from './database.js'
import { foldJournal, type JournalEntry } from './journal-rows.js'
import { isStorable, toJsonText } from './json-text.js'
import { migrate, migrationStatus } from './migrator.js'
import { selectConversation, selectEvents } from './read-queries.js'
import { retried, retryForMs } from './retried.js'
import { selectFacets, selectSessions } from './search/select-sessions.js'
import type { LogEntry, Store, StoreHealth, StoreLog } from './store.js'
import { asStoreError, blamesData } from './store-errors.js'
import { selectUsage } from './usage-query.js'
import type { RunUsage } from './usage-rows.js'
import { insertEvents, insertSession, updateEnd, writeJournal } from './write-queries.js'

/**
 * The store over a database: two queues (durable rows, which wait and refuse; the log, which drops its newest) and
 * the queries. Invariant: a `write` resolves only after the statement that holds it has been committed.
 */
export interface SqlStoreOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: StoreLog
}

/** An event of more than this is refused: no sentence is so long. */
const maxEventBytes = 1 << 20

export function createSqlStore(options: SqlStoreOptions): Store {
  const { database, clock, log } = options
  const journal = createBatchQueue<JournalEntry>({
    clock,
    maxItems: 10_000,
    maxBytes: 64 << 20,
    batchItems: 256,
    batchBytes: 4 << 20,
    gatherMs: 0,
    retryForMs,
    store: entries => storeJournal(database, entries),
  })
  const eventLog = createEventLog(options)
  let closing: Promise<void> | undefined

  async function write(session: SessionId, event: DurableEvent): Promise<void> {
    const bytes = sizeOf(event)
    if (bytes > maxEventBytes) throw tooLarge(bytes)
    await journal.push({ session, event }, bytes)
  }

  async function writeUsage(session: SessionId, usage: RunUsage): Promise<void> {
    if (usage.lines.length > 0) await journal.push({ session, usage }, 400 * usage.lines.length)
  }

  async function flush(): Promise<void> {
    await Promise.all([journal.drain(), eventLog.drain()])
  }

  async function close(): Promise<void> {
    journal.stop()
    eventLog.stop()
    await flush()
    await database.close()
  }

  async function health(withinMs = 2000): Promise<StoreHealth> {
    const beganMs = clock.now()
    const problem = await within(clock, withinMs, sql`select 1`.execute(database.sql))
    return {
      ok: problem === undefined,
      kind: database.kind,
      tookMs: clock.now() - beganMs,
      waiting: journal.waiting(),
      droppedEvents: eventLog.dropped(),
      ...(problem === undefined ? {} : { problem }),
    }
  }

  return {
    kind: database.kind,
    write,
    writeUsage,
    flush,
    health,
    appendEvents: eventLog.append,
    async beginSession(session) {
      checkId('session', session.id)
      checkId('tenant', session.tenant)
      const begun = await retried(clock, () => insertSession(database.sql, session))
      if (begun) return begun
      throw unknownSession()
    },
    async endSession(end) {
      const known = await retried(clock, () => updateEnd(database.sql, end))
      if (!known) throw unknownSession()
    },
    listSessions: query => guarded(() => selectSessions(database.sql, query)),
    sessionFacets: tenant => guarded(() => selectFacets(database.sql, tenant)),
    readSession: key => guarded(() => selectConversation(database.sql, key)),
    readUsage: key => guarded(() => selectUsage(database.sql, key)),
    readEvents: query => guarded(() => selectEvents(database.sql, query)),
    migrate: () => migrate(database.sql, log),
    migrationStatus: () => migrationStatus(database.sql),
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** When some row is refused for what it is, the rows go in one by one, so that only that one is lost. */
async function storeJournal(
  database: Database,
  entries: readonly JournalEntry[],
): Promise<readonly (ParleyError | undefined)[]> {
  try {
    const unknown = await writeJournal(database.sql, foldJournal(entries))
    return entries.map(entry => (unknown.has(entry.session) ? unknownSession() : undefined))
  } catch (thrown) {
    const fault = asStoreError(thrown)
    if (entries.length === 1 || !blamesData(fault)) throw fault
    const outcome: (ParleyError | undefined)[] = []
    for (const entry of entries) outcome.push(await storeAlone(database, entry))
    return outcome
  }
}

async function storeAlone(database: Database, entry: JournalEntry): Promise<ParleyError | undefined> {
  try {
    const [fault] = await storeJournal(database, [entry])
    return fault
  } catch (thrown) {
    const fault = asStoreError(thrown)
    if (!blamesData(fault)) throw fault
    return fault
  }
}

interface EventLog {
  append(session: SessionId, entries: readonly LogEntry[]): void
  dropped(): number
  drain(): Promise<void>
  stop(): void
}

/** Entries are turned into text at once: they take less room so, and nobody can change them any more. */
function createEventLog({ database, clock, log }: SqlStoreOptions): EventLog {
  let dropped = 0
  const queue: BatchQueue<string> = createBatchQueue<string>({
    clock,
    maxItems: 20_000,
    maxBytes: 16 << 20,
    batchItems: 500,
    batchBytes: 1 << 20,
    gatherMs: 250,
    retryForMs,
    async store(rowTexts) {
      const missing = await insertEvents(database.sql, rowTexts)
      if (missing > 0) drop(missing, 'the session is unknown')
      return []
    },
  })

  function drop(count: number, reason: string): void {
    dropped += count
    log.warn({ count, dropped, reason }, 'Entries of the session log were dropped.')
  }

  return {
    append(session, entries) {
      for (const { seq, event } of entries) {
        const text = toJsonText({ session_id: session, seq, event })
        queue.push(text, text.length).catch((thrown: unknown) => drop(1, asStoreError(thrown).message))
      }
    },
    dropped: () => dropped,
    drain: queue.drain,
    stop: queue.stop,
  }
}

/** Undefined when the answer came in time and was good, else what was wrong. */
function within(clock: Clock, limitMs: number, answer: Promise<unknown>): Promise<string | undefined> {
  return new Promise(resolve => {
    const cancel = clock.after(limitMs, () => resolve(`The database did not answer within ${limitMs} ms.`))
    answer.then(
      () => {
        cancel()
        resolve(undefined)
      },
      (thrown: unknown) => {
        cancel()
        resolve(asStoreError(thrown).message)
      },
    )
  })
}

async function guarded<Result>(query: () => Promise<Result>): Promise<Result> {
  try {
    return await query()
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

/** A bound on the text, not the exact JSON: it is for the limits, and is reckoned on every write. */
function sizeOf(event: DurableEvent): number {
  if (event.kind === 'transcript-final') return 200 + event.text.length
  if (event.kind === 'ledger') {
    const { stages, context } = event.ledger
    return 1000 + 100 * stages.length + (context === undefined ? 0 : toJsonText({ ...context }).length)
  }
  const state = event.state === undefined ? 0 : toJsonText(event.state).length
  return 300 + event.said.length + event.heard.text.length + state
}

/** @throws ParleyError `bad_message` for a name the database could not keep as it is. */
function checkId(what: string, id: string): void {
  if (id.length >= 1 && id.length <= 200 && isStorable(id)) return
  throw new ParleyError('bad_message', `The ${what} id must be 1–200 characters without U+0000.`)
}

function tooLarge(bytes: number): ParleyError {
  return new ParleyError('too_large', `An event of ${bytes} bytes is over the limit of ${maxEventBytes}.`, {
    details: { bytes, limit: maxEventBytes },
  })
}

function unknownSession(): ParleyError {
  return new ParleyError('not_found', 'The session is unknown or belongs to another tenant; begin it first.')
}
