/**
 * Several models as one. Before any text the next one simply answers; after it, the next is asked to go on from exactly
 * what was passed on, and what it repeats is taken out. If nobody can, the sentence is ended. Text leaves in whole words.
 */

import type { LanguageModel, LanguageModelPart, LanguageModelRequest } from '@parley/core'
import { goOnFrom } from './go-on.js'
import { createHedgeBudget, type HedgeOptions } from './hedge-budget.js'
import { createTextJoin } from './join-text.js'
import { createLineUp, type FailoverOptions } from './line-up.js'
import { giveUp, type Lead, race } from './race.js'
import { createUsageSum, type UsageSum } from './usage-sum.js'
import { createWordHold } from './word-hold.js'

export interface ResilientModelOptions extends FailoverOptions {
  readonly hedge?: HedgeOptions
  /** Longest wait for the first text, ms. Default 5,000. */
  readonly firstMs?: number
  /** Longest wait for each later part, ms. Default 1,500. */
  readonly betweenMs?: number
  /** Ends a sentence that nobody could go on with. Default `…`. */
  readonly stopGap?: string
}

/** The first of `models` is preferred. @throws ParleyError `bad_config` without any. */
export function createResilientModel(
  models: readonly LanguageModel[],
  options: ResilientModelOptions,
): LanguageModel {
  const { clock, firstMs = 5_000, betweenMs = 1_500, stopGap = '…' } = options
  const lineUp = createLineUp('llm', models, options)
  const budget = createHedgeBudget(options.hedge)

  async function* stream(
    request: LanguageModelRequest,
    signal: AbortSignal,
  ): AsyncGenerator<LanguageModelPart> {
    const tries = lineUp.tries()
    const answer: Answer = { said: '', called: false, usage: createUsageSum() }
    while (!signal.aborted) {
      const { said } = answer
      const asked = said === '' ? request : goOnFrom(request, said)
      let lead: Lead<LanguageModel, LanguageModelPart> | undefined
      try {
        lead = await race(
          {
            ...{ lineUp, tries, budget, clock, firstMs, isOutput },
            start: ({ provider }, inner) => provider.stream(asked, inner),
          },
          signal,
        )
      } catch (error) {
        if (said === '') throw error
        lineUp.tell(models[0] as LanguageModel, 'gave-up', error)
        if (!/[.!?…。！？]["'”’)\]]*\s*$/u.test(said)) yield { kind: 'text', text: stopGap }
        return
      }
      if (lead === undefined) return
      try {
        yield* passOn(answer, read(lead, betweenMs), signal)
        lead.use.succeeded()
        return
      } catch (error) {
        if (signal.aborted) return
        const action = answer.said === '' ? 'failed' : 'broke-off'
        giveUp({ use: lead.use, lineUp, tries }, error, action)
        // A whole call stands; the answer goes on with its result, in a stream of its own.
        if (answer.called) return
      } finally {
        // Left by the reader, it has worked so far.
        lead.stop()
        lead.use.succeeded()
      }
    }
  }

  return {
    name: models.map(({ name }) => name).join(', '),
    stream,
    warm: () => lineUp.warm(),
    async close() {
      lineUp.close()
      await Promise.all(models.map(model => model.close?.()))
    },
  }
}

/** Usage says nothing, and state and rules are held until the words they are for. */
function isOutput(part: LanguageModelPart): boolean {
  if (part.kind === 'text') return part.text !== ''
  return part.kind === 'tool-call' || part.kind === 'action'
}

/** How far one answer has come, over all models that gave a piece of it. */
interface Answer {
  said: string
  /** Whether a tool was called. */
  called: boolean
  readonly usage: UsageSum
}

async function* read(
  lead: Lead<LanguageModel, LanguageModelPart>,
  betweenMs: number,
): AsyncGenerator<LanguageModelPart> {
  yield* lead.head
  while (!lead.complete) {
    const result = await lead.next(betweenMs)
    if (result.done === true) return
    yield result.value
  }
}

async function* passOn(
  answer: Answer,
  parts: AsyncIterable<LanguageModelPart>,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelPart> {
  const join = createTextJoin(answer.said)
  const hold = createWordHold()
  const usage = answer.usage.next()
  const text = (words: string): LanguageModelPart[] => {
    if (words === '') return []
    answer.said += words
    return [{ kind: 'text', text: words }]
  }
  for await (const part of parts) {
    if (part.kind === 'text') yield* text(hold.feed(join.feed(part.text)))
    else if (part.kind === 'usage') yield usage(part)
    else {
      // It counts from its place in the text.
      yield* text(hold.feed(join.end()) + hold.flush())
      if (part.kind === 'tool-call') answer.called = true
      yield part
    }
  }
  if (!signal.aborted) yield* text(hold.feed(join.end()) + hold.flush())
}
