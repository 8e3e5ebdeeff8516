/**
 * Goes on behind what another process said of an answer: the mind is told of it and of what tools did for it, and what it
 * repeats all the same is taken out. A mind that knows nothing of instructions, and begins anew, is heard from the first
 * new word on.
 */

import {
  actedIn,
  type LanguageModel,
  type LanguageModelPart,
  type LanguageModelRequest,
  type Turn,
} from '@parley/core'
import { goOnFrom } from '../failover/go-on.js'
import { createTextJoin } from '../failover/join-text.js'

export type Begun = NonNullable<Turn['begun']>

export function requestBehind(request: LanguageModelRequest, { said, state }: Begun): LanguageModelRequest {
  const exchanges = [...(request.exchanges ?? []), ...actedIn(state)]
  const asked = exchanges.length === 0 ? request : { ...request, exchanges }
  return said === '' ? asked : goOnFrom(asked, said)
}

/** The same mind, without what it repeats. */
export function mindBehind(mind: LanguageModel, { said }: Begun): LanguageModel {
  if (said === '') return mind
  return {
    name: mind.name,
    async *stream(request, signal): AsyncIterable<LanguageModelPart> {
      const join = createTextJoin(said)
      for await (const part of mind.stream(request, signal)) {
        if (part.kind !== 'text') yield part
        else yield* textOf(join.feed(part.text))
      }
      yield* textOf(join.end())
    },
  }
}

function* textOf(text: string): Generator<LanguageModelPart> {
  if (text !== '') yield { kind: 'text', text }
}
