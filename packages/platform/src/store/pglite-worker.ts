/**
 * The worker thread in which PGlite runs, so that no statement stalls the audio. One statement at a time, in order.
 * After a PANIC PGlite's own loop may spin for ever on the next statement: this worker says `dead` and ends first.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, type Results } from '@electric-sql/pglite'
import { int8Oid, parseInt8 } from './int8.js'
import type { FromWorker, ToWorker, WorkerFault, WorkerStart } from './pglite-messages.js'

/**
 * PGlite's defaults reserve 128 MB of buffers and slots for 100 connections that a single user never makes.
 * Checkpoints do not come by themselves in single-user mode, so the WAL sizes matter only at those we ask for.
 */
const settings = [
  'shared_buffers=16MB',
  'wal_buffers=1MB',
  'max_connections=2',
  'max_wal_size=64MB',
  'min_wal_size=32MB',
]

/** As `pg` reads int8, which is what a library for `pg` expects. */
const asDigits = { parsers: { [int8Oid]: (digits: string) => digits } }
/** Of a script without statements. */
const nothing: Results = { command: '', rows: [], fields: [], rowCount: 0 }

/** In Emscripten's numbering. */
const noSpaceErrno = 51

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const { folder } = workerData as WorkerStart
  const post = (message: FromWorker) => port.postMessage(message)
  let complaint = ''
  let dying = false

  function noteComplaint(line: string): boolean {
    const found = /\b(?:PANIC|FATAL):\s+(.*)/.exec(line)?.[1]
    if (found !== undefined) {
      complaint = found
      dying = true
    }
    return false
  }

  function die(fault: WorkerFault): void {
    post({ kind: 'dead', fault })
    port.close()
  }

  let database: PGlite
  try {
    database = await PGlite.create({
      dataDir: folder,
      startParams: [...PGlite.defaultStartParams, ...settings.flatMap(setting => ['-c', setting])],
      parsers: { [int8Oid]: parseInt8 },
      onStderr: noteComplaint,
    })
    // Ours are always written with their schema; the queue's statements never are.
    await database.exec('set search_path to public, parley_queue')
    database.onNotification((channel, payload) => post({ kind: 'notice', channel, payload }))
  } catch (thrown) {
    die(describe(thrown, complaint))
    return
  }

  async function answerWith(id: number, ask: () => Promise<Results | undefined>): Promise<void> {
    try {
      const result = await ask()
      // An engine that died under a statement answers with nothing at all, not with an error.
      if (dying || result?.command === undefined) {
        die({ message: complaint === '' ? 'PGlite stopped in the middle of a statement' : complaint })
        return
      }
      post({
        kind: 'answer',
        id,
        command: result.command,
        rowCount: result.rowCount ?? result.rows.length,
        rows: result.rows,
      })
    } catch (thrown) {
      const fault = describe(thrown, complaint)
      if (dying || !isDatabaseError(thrown)) die(fault)
      else post({ kind: 'fault', id, fault })
    }
  }

  let last: Promise<void> = Promise.resolve()
  port.on('message', (message: ToWorker) => {
    last = last.then(() => (message.kind === 'close' ? close() : answer(message)))
  })
  post({ kind: 'opened' })

  function answer(message: Exclude<ToWorker, { kind: 'close' }>): Promise<void> {
    if (dying) return Promise.resolve()
    const { id, kind, sql, parameters } = message
    if (kind === 'query') return answerWith(id, () => database.query(sql, [...parameters]))
    if (parameters !== undefined) return answerWith(id, () => database.query(sql, [...parameters], asDigits))
    return answerWith(id, async () => (await database.exec(sql, asDigits)).at(-1) ?? nothing)
  }

  async function close(): Promise<void> {
    if (dying) return
    await database.close()
    post({ kind: 'closed' })
    port.close()
  }
}

function isDatabaseError(thrown: unknown): boolean {
  return thrown instanceof Error && 'severity' in thrown
}

function describe(thrown: unknown, complaint: string): WorkerFault {
  if (isNoSpace(thrown)) return { message: 'No space left on device', code: 'ENOSPC' }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const code =
    thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined
  return {
    message: complaint === '' ? message : complaint,
    ...(code === undefined ? {} : { code }),
    ...(code?.startsWith('BM') ? detailOf(thrown) : {}),
  }
}

function detailOf(thrown: unknown): { readonly detail?: string } {
  return thrown instanceof Error && 'detail' in thrown && typeof thrown.detail === 'string'
    ? { detail: thrown.detail }
    : {}
}

function isNoSpace(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'errno' in thrown && thrown.errno === noSpaceErrno
}

// A thread whose event loop runs empty waits for V8's background work of all threads, and Node 20 may then wait for ever
// (nodejs/node#54918). So it never runs empty while this one starts.
parentPort?.ref()
if (parentPort) await serve(parentPort)
