/** What a model agent's file adds to its model: the greeting, which is said as it stands, without a request. */

import type { LanguageModel } from '@parley/core'
import type { ModelAgentFile } from '@parley/engines'
import { lifeOf } from './provider-life.js'

export function greeting(model: LanguageModel, agent: ModelAgentFile): LanguageModel {
  const { say, interrupt } = agent.greeting
  return {
    ...lifeOf(model),
    async *stream(request, signal) {
      if (request.userText !== undefined) {
        yield* model.stream(request, signal)
        return
      }
      if (interrupt !== undefined && interrupt !== agent.turns.bargeIn)
        yield { kind: 'barge-in', allow: interrupt }
      const text = say[request.history.length % say.length]
      if (text !== undefined) yield { kind: 'text', text }
    },
  }
}
