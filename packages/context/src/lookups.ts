/**
 * What has been looked up, shared by all conversations of a process: a fetch runs once however many want it, its facts
 * serve while they are young, and a source that failed rests a while. Bounded in entries and in fetches under way.
 */

import { type Clock, type Fact, ParleyError } from '@parley/core'
import { type Recent, recent } from './recent.js'
import type { TimedSource } from './source.js'

/** Facts with the time they were fetched, ms since the epoch. */
export interface Looked {
  readonly facts: readonly Fact[]
  readonly atMs: number
}

/**
 * Facts kept for other processes, too. A store in trouble is passed by. Keys are unique within one agent: whoever keeps
 * the facts of several in one place puts agent and tenant before them, or one would be told what the other looked up.
 */
export interface FactStore {
  read(key: string, signal: AbortSignal): Promise<Looked | undefined>
  /** Keeps them at least this long, ms. */
  write(key: string, looked: Looked, keepMs: number): Promise<void>
}

export interface LookupsOptions {
  readonly clock: Clock
  /** ms since the epoch. */
  readonly epochMs: () => number
  readonly store?: FactStore
  /** Answers kept, of all sources. Default 1,000. */
  readonly maxEntries?: number
  /** Fetches of one source under way. Default 8. */
  readonly maxFetches?: number
  /** How long a question is not asked again after it failed, ms. Default 10,000. */
  readonly failureMs?: number
}

/** What is known of a question. */
export type Known =
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | { readonly kind: 'failed'; readonly error: ParleyError }

export interface Lookups {
  /** What can be told now. */
  known(source: TimedSource, key: string): Known | undefined
  /**
   * Sees to it that the answer is there, or comes: undefined if it is young enough, has just failed or cannot be asked
   * for now; else what settles, never rejecting, once the fetch is over.
   */
  ask(source: TimedSource, key: string): Promise<void> | undefined
  /** Stops every fetch. */
  close(): void
}

interface Entry {
  readonly looked?: Looked
  readonly failure?: { readonly error: ParleyError; readonly atMs: number }
}

export function createLookups(options: LookupsOptions): Lookups {
  const { epochMs, store, maxEntries = 1_000, maxFetches = 8, failureMs = 10_000 } = options
  const entries: Recent<Entry> = recent(maxEntries)
  const running = new Map<string, Promise<void>>()
  const busy = new Map<string, number>()
  const closing = new AbortController()

  const ageMs = ({ atMs }: { readonly atMs: number }) => epochMs() - atMs
  const idOf = (source: TimedSource, key: string) => `${source.name}\n${key}`
  const refetchMsOf = ({ refetchMs, freshMs }: TimedSource) => refetchMs ?? freshMs / 2

  async function look(source: TimedSource, key: string, id: string): Promise<void> {
    try {
      const looked = await inTime(options.clock, source, closing.signal, signal =>
        find(source, key, { id, signal }),
      )
      entries.set(id, { looked })
    } catch (error) {
      if (closing.signal.aborted) return
      const failure = { error: asFailure(source, error), atMs: epochMs() }
      entries.set(id, { ...entries.get(id), failure })
    }
  }

  async function find(
    source: TimedSource,
    key: string,
    { id, signal }: { readonly id: string; readonly signal: AbortSignal },
  ): Promise<Looked> {
    const stored = await store?.read(id, signal).catch(() => undefined)
    if (stored !== undefined && ageMs(stored) < refetchMsOf(source)) return stored
    const facts = await source.fetch(key, signal)
    const looked = { facts, atMs: epochMs() }
    store?.write(id, looked, source.freshMs).catch(() => {})
    return looked
  }

  return {
    known(source, key) {
      const { looked, failure } = entries.get(idOf(source, key)) ?? {}
      if (looked !== undefined && ageMs(looked) < source.freshMs)
        return { kind: 'facts', facts: looked.facts }
      if (failure !== undefined && ageMs(failure) < failureMs) return { kind: 'failed', error: failure.error }
      return undefined
    },
    ask(source, key) {
      const id = idOf(source, key)
      const under = running.get(id)
      if (under !== undefined) return under
      const { looked, failure } = entries.get(id) ?? {}
      if (looked !== undefined && ageMs(looked) < refetchMsOf(source)) return undefined
      if (failure !== undefined && ageMs(failure) < failureMs) return undefined
      const fetches = busy.get(source.name) ?? 0
      if (closing.signal.aborted || fetches >= maxFetches) return undefined
      busy.set(source.name, fetches + 1)
      const looking = look(source, key, id).finally(() => {
        running.delete(id)
        busy.set(source.name, (busy.get(source.name) ?? 1) - 1)
      })
      running.set(id, looking)
      return looking
    },
    close: () => closing.abort(),
  }
}

/** A source need not obey its signal: what comes too late goes nowhere. */
function inTime(
  clock: Clock,
  source: TimedSource,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<Looked>,
): Promise<Looked> {
  const { timeoutMs = 5_000 } = source
  const own = new AbortController()
  return new Promise<Looked>((resolve, reject) => {
    const stop = (error: ParleyError) => {
      reject(error)
      own.abort()
    }
    const closed = () => stop(new ParleyError('context_failed', 'The sources are closed.'))
    const cancel = clock.after(timeoutMs, () =>
      stop(new ParleyError('timeout', `The source "${source.name}" did not answer within ${timeoutMs} ms.`)),
    )
    signal.addEventListener('abort', closed, { once: true })
    run(own.signal)
      .then(resolve, reject)
      .finally(() => {
        cancel()
        signal.removeEventListener('abort', closed)
      })
  })
}

function asFailure({ name }: TimedSource, error: unknown): ParleyError {
  if (error instanceof ParleyError && error.code === 'context_failed') return error
  const reason = error instanceof Error ? error.message : String(error)
  return new ParleyError('context_failed', `The source "${name}" failed: ${reason}`, {
    cause: error,
    retryable: true,
  })
}
