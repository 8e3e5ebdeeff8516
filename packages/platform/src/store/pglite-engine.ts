import { Worker } from 'node:worker_threads'
import { type Clock, ParleyError } from '@parley/core'
import type { FromWorker, ToWorker, WorkerFault, WorkerStart } from './pglite-messages.js'
import type { SqlResult } from './pool.js'
import { asStoreError } from './store-errors.js'

/**
 * One life of a PGlite worker, from the main thread. It ends once, by `close`, `kill` or its own death, and every
 * statement under way then is rejected; a new life is a new engine.
 */
export interface PgliteEngine {
  /** @throws ParleyError; `store_unavailable` or `store_full` when the engine died with or before it. */
  query(sql: string, parameters: readonly unknown[]): Promise<SqlResult>
  /** Several statements where there are no parameters; int8 comes as digits. @throws as `query` */
  run(sql: string, parameters?: readonly unknown[]): Promise<SqlResult>
  /** False from its end on. */
  alive(): boolean
  /** A clean shutdown with a checkpoint, for at most 10 s; then as `kill`. */
  close(): Promise<void>
  kill(): Promise<void>
}

export interface PgliteEngineOptions {
  readonly folder: string
  readonly clock: Clock
  /** A statement without an answer for so long, in ms, costs the worker its life: PGlite has no timeout of its own. */
  readonly statementLimitMs: number
  /** Told what NOTIFY says. */
  readonly notice?: (channel: string, payload: string) => void
}

const openLimitMs = 120_000
const closeLimitMs = 10_000

interface Pending {
  resolve(result: SqlResult): void
  reject(fault: ParleyError): void
  stopWatch(): void
}

/** Starts a worker on the folder. @throws ParleyError `store_full`, `store_unavailable` or `store_failed`. */
export async function startPgliteEngine(options: PgliteEngineOptions): Promise<PgliteEngine> {
  const { clock } = options
  const worker = new Worker(new URL('./pglite-worker.js', import.meta.url), {
    workerData: { folder: options.folder } satisfies WorkerStart,
    name: 'parley-store',
    // Nothing of the environment is its business; DATABASE_URL and keys stay on the main thread.
    env: {},
    execArgv: [],
  })
  const pending = new Map<number, Pending>()
  let nextId = 0
  let fault: ParleyError | undefined

  let settleOpened = (_fault: ParleyError | undefined) => {}
  const opened = new Promise<void>((resolve, reject) => {
    settleOpened = opening => (opening ? reject(opening) : resolve())
  })
  let markGone = () => {}
  const gone = new Promise<void>(resolve => {
    markGone = resolve
  })

  function end(reason: ParleyError): void {
    if (fault) return
    fault = reason
    settleOpened(reason)
    for (const waiting of pending.values()) {
      waiting.stopWatch()
      waiting.reject(reason)
    }
    pending.clear()
    markGone()
  }

  async function kill(reason: ParleyError): Promise<void> {
    end(reason)
    await worker.terminate()
  }

  function settle(id: number, act: (waiting: Pending) => void): void {
    const waiting = pending.get(id)
    if (!waiting) return
    pending.delete(id)
    waiting.stopWatch()
    act(waiting)
  }

  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'opened') settleOpened(undefined)
    else if (message.kind === 'answer') settle(message.id, waiting => waiting.resolve(message))
    else if (message.kind === 'fault') {
      settle(message.id, waiting => waiting.reject(asStoreError(faultError(message.fault))))
    } else if (message.kind === 'notice') options.notice?.(message.channel, message.payload)
    else if (message.kind === 'dead') void kill(deathOf(message.fault))
    else end(stopped('The embedded database was closed.'))
  })
  worker.on('error', error => end(deathOf({ message: error.message })))
  worker.on('exit', () => end(stopped('The embedded database stopped.')))

  const stopOpenWatch = clock.after(openLimitMs, () => {
    void kill(stopped('The embedded database did not open in time.'))
  })
  try {
    await opened
  } finally {
    stopOpenWatch()
  }

  function ask(question: (id: number) => ToWorker): Promise<SqlResult> {
    if (fault) return Promise.reject(fault)
    const id = nextId++
    return new Promise((resolve, reject) => {
      const stopWatch = clock.after(options.statementLimitMs, () => {
        void kill(stopped('The embedded database did not answer in time and is being restarted.'))
      })
      pending.set(id, { resolve, reject, stopWatch })
      worker.postMessage(question(id))
    })
  }

  return {
    alive: () => fault === undefined,
    query: (sql, parameters) => ask(id => ({ kind: 'query', id, sql, parameters })),
    run: (sql, parameters) => ask(id => ({ kind: 'run', id, sql, parameters })),
    async close() {
      if (!fault) {
        const stopWatch = clock.after(closeLimitMs, () =>
          end(stopped('The embedded database did not close.')),
        )
        worker.postMessage({ kind: 'close' } satisfies ToWorker)
        await gone
        stopWatch()
      }
      await worker.terminate()
    },
    kill: () => kill(stopped('The embedded database was stopped.')),
  }
}

function stopped(message: string): ParleyError {
  return new ParleyError('store_unavailable', message, { retryable: true })
}

/** A full disk keeps its own code; any other death may be gone in the next life. */
function deathOf(fault: WorkerFault): ParleyError {
  const error = asStoreError(faultError(fault))
  if (error.code === 'store_full') return error
  return new ParleyError('store_unavailable', `The embedded database stopped: ${fault.message}`, {
    retryable: true,
    cause: error,
  })
}

function faultError(fault: WorkerFault): Error {
  const { message, ...about } = fault
  return Object.assign(new Error(message), about)
}
