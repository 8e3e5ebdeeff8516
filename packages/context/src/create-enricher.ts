/**
 * Facts for the turns of conversations. While the caller speaks, every source is asked what the words so far want; when
 * the words are final, what is there is taken and the rest waited for within the budget. Later answers serve the next
 * turn that wants them.
 */

import type { Clock, EngineCall, Enricher, Enrichment, Fact } from '@parley/core'
import { createLookups, type Lookups, type LookupsOptions } from './lookups.js'
import type { TimedSource } from './source.js'

export interface EnricherOptions extends LookupsOptions {
  /** In the order in which facts are told. */
  readonly sources: readonly TimedSource[]
  /** Longest wait of one turn, ms. Default 300. */
  readonly budgetMs?: number
  /** Facts of one source, and of all together, told in a turn. Defaults 5 and 12. */
  readonly maxFactsOfOne?: number
  readonly maxFacts?: number
}

export interface EnricherMaker {
  /** An enricher for one conversation; it waits by the call's clock. */
  forCall(call: Pick<EngineCall, 'language' | 'clock' | 'warn'>): Enricher
  /** Stops every fetch and closes the sources. */
  close(): Promise<void>
}

/** Characters of what was said that sources look at: its end. */
const MAX_HEARD = 1_000
/** Different questions to one source in one turn: partials may misunderstand a few times, not for ever. */
const MAX_ASKS = 4

export function createEnricher(options: EnricherOptions): EnricherMaker {
  const lookups = createLookups(options)
  return {
    forCall: call => enricherFor(options, lookups, call),
    async close() {
      lookups.close()
      await Promise.all(options.sources.map(source => source.close?.()))
    },
  }
}

interface Question {
  readonly source: TimedSource
  readonly key: string
}

function enricherFor(
  options: EnricherOptions,
  lookups: Lookups,
  { language, clock, warn }: Pick<EngineCall, 'language' | 'clock' | 'warn'>,
): Enricher {
  const { sources, budgetMs = 300, maxFactsOfOne = 5, maxFacts = 12 } = options
  const asked = new Map<string, Set<string>>()
  const failing = new Set<string>()
  let closed = false

  const questions = (text: string): readonly Question[] => {
    const heard = text.slice(-MAX_HEARD)
    return sources.flatMap(source => {
      const key = source.wants(heard, language)
      return key === undefined ? [] : [{ source, key }]
    })
  }

  function mayAsk({ source, key }: Question): boolean {
    const keys = asked.get(source.name) ?? new Set()
    asked.set(source.name, keys)
    if (!keys.has(key) && keys.size >= MAX_ASKS) return false
    keys.add(key)
    return true
  }

  function outcome(wanted: readonly Question[]): Enrichment {
    const facts: Fact[] = []
    const late: string[] = []
    const failed: string[] = []
    for (const { source, key } of wanted) {
      const known = lookups.known(source, key)
      if (known === undefined) late.push(source.name)
      else if (known.kind === 'facts') {
        failing.delete(source.name)
        facts.push(...known.facts.slice(0, maxFactsOfOne))
      } else {
        failed.push(source.name)
        if (!failing.has(source.name)) warn(known.error)
        failing.add(source.name)
      }
    }
    return { facts: facts.slice(0, maxFacts), late, failed }
  }

  return {
    overhear(text) {
      if (closed) return
      for (const question of questions(text))
        if (mayAsk(question)) void lookups.ask(question.source, question.key)
    },
    async enrich(text, signal) {
      if (closed) return { facts: [], late: [], failed: [] }
      asked.clear()
      const wanted = questions(text)
      const waits = wanted.flatMap(({ source, key }) => {
        const asking = lookups.ask(source, key)
        return asking === undefined || lookups.known(source, key) !== undefined ? [] : [asking]
      })
      if (waits.length > 0) await allWithin(clock, { waits, ms: budgetMs, signal })
      return outcome(wanted)
    },
    close() {
      closed = true
    },
  }
}

interface Wait {
  readonly waits: readonly Promise<void>[]
  readonly ms: number
  readonly signal: AbortSignal
}

/** Resolves once all have, the time is over or the signal aborts. */
function allWithin(clock: Clock, { waits, ms, signal }: Wait): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const end = () => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.after(ms, end)
    signal.addEventListener('abort', end, { once: true })
    void Promise.all(waits).then(end)
  })
}
