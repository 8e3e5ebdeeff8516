/**
 * Facts for the turns of one conversation, while the caller speaks and when the words are there. What a source does
 * wrong never costs the answer: it is made without.
 */

import {
  type ContextUse,
  type EngineCall,
  type Enricher,
  type Enrichment,
  type Fact,
  ParleyError,
  type Turn,
  type TurnId,
} from '@parley/core'

export interface Found {
  readonly facts: readonly Fact[]
  /** Undefined where no source was asked. */
  readonly use: ContextUse | undefined
}

export interface LookingUp {
  /** Words of the caller, as they are recognised: those of one stretch, placed in media time. */
  overhear(words: { readonly text: string; readonly startMs: number; readonly final: boolean }): void
  /** An answer to this turn is made, maybe early. */
  answering(turn: Turn): void
  /** The turn is over: what was said up to its end belongs to no later one. */
  over(turn: TurnId): void
  /** Never rejects. */
  factsFor(text: string, signal: AbortSignal): Promise<Found>
  close(): void
}

/** Stretches of one turn that are remembered; more are no question any more. */
const MAX_STRETCHES = 20

const nothing: Enrichment = { facts: [], late: [], failed: [] }

export function startLookingUp(call: EngineCall, make: (call: EngineCall) => Enricher): LookingUp {
  const enricher = make(call)
  let finals: { readonly text: string; readonly startMs: number }[] = []
  let latest: Turn | undefined
  let answeredMs = Number.NEGATIVE_INFINITY

  const guarded = (run: () => void) => {
    try {
      run()
    } catch (error) {
      call.warn(ParleyError.from(error, 'context_failed'))
    }
  }

  return {
    overhear({ text, startMs, final }) {
      if (startMs < answeredMs) return
      const said = [...finals.map(each => each.text), text.trim()].join(' ')
      if (final) {
        finals.push({ text: text.trim(), startMs })
        if (finals.length > MAX_STRETCHES) finals.shift()
      }
      guarded(() => enricher.overhear(said))
    },
    answering(turn) {
      latest = turn
    },
    over(id) {
      if (latest?.id !== id || latest.origin !== 'speech') return
      answeredMs = Math.max(answeredMs, latest.endMs)
      finals = finals.filter(({ startMs }) => startMs >= answeredMs)
    },
    async factsFor(text, signal) {
      if (text.trim() === '') return { facts: [], use: undefined }
      const { facts, late, failed } = await orNothing(
        signal,
        async () => enricher.enrich(text, signal),
        error => call.warn(ParleyError.from(error, 'context_failed')),
      )
      const used = [...new Set(facts.map(({ source }) => source))]
      const use = { used, late, failed }
      return { facts, use: Object.values(use).some(names => names.length > 0) ? use : undefined }
    },
    close: () => guarded(() => enricher.close()),
  }
}

/** An enricher need not obey, nor keep its promise never to fail. */
function orNothing(
  signal: AbortSignal,
  enrich: () => Promise<Enrichment>,
  failed: (error: unknown) => void,
): Promise<Enrichment> {
  return new Promise(resolve => {
    const stop = () => resolve(nothing)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) return stop()
    enrich()
      .then(resolve, error => {
        if (!signal.aborted) failed(error)
        stop()
      })
      .finally(() => signal.removeEventListener('abort', stop))
  })
}
