import type { Clock } from '@parley/core'
import type { Log } from './log/log.js'

/**
 * The end of the process. What was started last is stopped first, all of it within one deadline; the process then
 * leaves with 0, or with 1 where something failed or did not stop in time. A second signal leaves at once.
 */
export interface Lifecycle {
  /**
   * Registers how to stop something just started. `signal` aborts at the deadline. What is registered while the
   * process stops, because it was still starting, is stopped too.
   */
  onStop(name: string, stop: (signal: AbortSignal) => Promise<void> | void): void
  /** Begins to stop; the same promise however often it is asked. Resolves with the exit code. */
  stop(reason: string): Promise<number>
  /** Ties the process's signals and uncaught faults to `stop`, then exits. */
  watch(process: ProcessFace): void
}

/** What of `process` the lifecycle touches. */
export interface ProcessFace {
  on(event: string, listener: (value: unknown) => void): unknown
  exit(code: number): void
}

export interface LifecycleOptions {
  readonly log: Log
  readonly clock: Clock
  /** Time for all stops together. */
  readonly deadlineMs: number
}

interface Stop {
  readonly name: string
  readonly run: (signal: AbortSignal) => Promise<void> | void
}

export function createLifecycle({ log, clock, deadlineMs }: LifecycleOptions): Lifecycle {
  const stops: Stop[] = []
  let stopping: Promise<number> | undefined

  async function stopAll(reason: string): Promise<number> {
    log.info({ reason }, 'stopping')
    const late = new AbortController()
    const cancel = clock.after(deadlineMs, () => late.abort())
    let code = 0
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) {
      const outcome = await settle(next.run, late.signal)
      if (outcome === undefined) continue
      code = 1
      log.error({ err: outcome, part: next.name }, 'did not stop cleanly')
    }
    cancel()
    return code
  }

  const stop = (reason: string) => {
    stopping ??= stopAll(reason)
    return stopping
  }

  return {
    onStop(name, run) {
      stops.push({ name, run })
    },
    stop,
    watch(process) {
      const leave = (reason: string, atLeast: number) => {
        void stop(reason).then(code => process.exit(Math.max(code, atLeast)))
      }
      for (const signal of ['SIGTERM', 'SIGINT']) {
        process.on(signal, () => {
          if (stopping) process.exit(1)
          else leave(signal, 0)
        })
      }
      const fault = (error: unknown) => {
        log.fatal({ err: error }, 'a fault nobody caught; the process ends')
        leave('fault', 1)
      }
      process.on('uncaughtException', fault)
      process.on('unhandledRejection', fault)
    },
  }
}

/** What a stop threw, or that it was still running at the deadline; `undefined` when it went well. */
async function settle(run: Stop['run'], signal: AbortSignal): Promise<unknown> {
  let give = () => {}
  const late = new Promise<unknown>(resolve => {
    give = () => resolve(new Error('still running at the deadline'))
    if (signal.aborted) queueMicrotask(give)
    else signal.addEventListener('abort', give, { once: true })
  })
  const done = (async () => run(signal))().then(
    () => undefined,
    (error: unknown) => error,
  )
  try {
    return await Promise.race([done, late])
  } finally {
    signal.removeEventListener('abort', give)
  }
}
