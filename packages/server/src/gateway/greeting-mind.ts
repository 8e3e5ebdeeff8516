/** What a model agent's file adds to its model: the greeting, which is said as it stands, without a request. */

import type { LanguageModel } from '@parley/core'
import type { ModelAgentFile } from '@parley/engines'
import { lifeOf } from './provider-life.js'

export function greeting(model: LanguageModel, agent: ModelAgentFile): LanguageModel {
  const { say, interrupt } = agent.greeting
  return {
    ...lifeOf(model),
    async *stream(request, signal) {
      // A far end may ask for an answer when nobody said anything new: then the model goes on.
      const opens = request.userText === undefined && !request.history.some(({ role }) => role !== 'system')
      if (!opens) {
        yield* model.stream(request, signal)
        return
      }
      if (interrupt !== undefined && interrupt !== agent.turns.bargeIn)
        yield { kind: 'barge-in', allow: interrupt }
      const [text] = say
      if (text !== undefined) yield { kind: 'text', text }
    },
  }
}
