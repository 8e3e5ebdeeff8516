/**
 * A model whose turns a rule may hand over to a reasoner, by the caller's words: the model is not asked then. It stands
 * outside tools, so that what the caller wants is judged once for each answer.
 */

import type { LanguageModel } from '@parley/core'
import { handOver, type ReasoningOptions, withoutDecision } from './hand-over.js'
import type { Reasoner } from './reasoner.js'

export function withReasoner(
  model: LanguageModel,
  reasoner: Reasoner,
  options: ReasoningOptions,
): LanguageModel {
  return {
    ...othersOf(model),
    async *stream(request, signal) {
      const { userText, language } = request
      const rule = userText === undefined ? undefined : reasoner.ruleFor(userText, language)
      if (rule === undefined) return yield* model.stream(request, signal)
      const why = { cause: 'rule', rule } as const
      const isAnswered = yield* handOver(reasoner, options, { request, why }, signal)
      if (!isAnswered) yield* model.stream(withoutDecision(request), signal)
    },
  }
}

/** All of a model but its stream. */
export function othersOf(model: LanguageModel): Omit<LanguageModel, 'stream'> {
  return {
    name: model.name,
    ...(model.warm === undefined ? {} : { warm: () => model.warm?.() ?? Promise.resolve() }),
    ...(model.close === undefined ? {} : { close: () => model.close?.() ?? Promise.resolve() }),
  }
}
