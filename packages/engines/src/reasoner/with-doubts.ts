/**
 * A model whose doubtful answers a reasoner takes over. The first sentence is held until it is known to be none of them,
 * so nothing of a doubt is heard. It stands inside tools: "Let me check" before a call is no doubt.
 */

import { type LanguageModel, type LanguageModelPart, type LanguageModelRequest, until } from '@parley/core'
import { createUsageSum } from '../failover/usage-sum.js'
import { handOver, type ReasoningOptions, wasHanded, withoutDecision } from './hand-over.js'
import type { Reasoner } from './reasoner.js'
import { othersOf } from './with-reasoner.js'

/** For reasoners with a rule for doubts: without one, answers are held for nothing. */
export function withDoubts(
  model: LanguageModel,
  reasoner: Reasoner,
  options: ReasoningOptions,
): LanguageModel {
  return {
    ...othersOf(model),
    async *stream(request, signal) {
      if (request.userText === undefined || wasHanded(request, reasoner))
        return yield* model.stream(request, signal)
      const usage = createUsageSum()
      const doubt = yield* summed(usage.next(), sureParts(model, reasoner, request, signal))
      if (doubt === undefined || signal.aborted) return
      const { rule, said } = doubt
      const why = { cause: 'rule', rule } as const
      const asked = `It is not sure. It was about to say: "${said.trim()}"`
      const own = handOver(reasoner, options, { request, why, asked }, signal)
      if (yield* summed(usage.next(), own)) return
      yield* summed(usage.next(), model.stream(withoutDecision(request), signal)[Symbol.asyncIterator]())
    },
  }
}

interface Doubt {
  readonly rule: string
  readonly said: string
}

/** A doubt is read on, for the call of a tool behind it, for at most so many words. */
const MOST_WORDS = 60
/** Of a first sentence, or of the words that are held in its place. */
const FEWEST_WORDS = 3
const HELD_WORDS = 12

/** The answer, or nothing of it but its cost and the doubt that it begins with. */
async function* sureParts(
  model: LanguageModel,
  reasoner: Reasoner,
  request: LanguageModelRequest,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelPart, Doubt | undefined> {
  const own = new AbortController()
  const stop = () => own.abort()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) own.abort()
  let held: LanguageModelPart[] | undefined = []
  let said = ''
  let rule: string | undefined
  try {
    for await (const part of until(own.signal, model.stream(request, own.signal))) {
      if (held === undefined || part.kind === 'usage') {
        yield part
        continue
      }
      held.push(part)
      if (part.kind === 'text') {
        said += part.text
        rule ??= reasoner.doubtIn(said)
        if (rule !== undefined && wordsIn(said) >= MOST_WORDS) break
      }
      const isSure = part.kind === 'tool-call' || (rule === undefined && isBegun(said))
      if (!isSure) continue
      yield* held
      held = undefined
    }
    if (signal.aborted || held === undefined) return undefined
    if (rule !== undefined) return { rule, said }
    yield* held
    return undefined
  } finally {
    signal.removeEventListener('abort', stop)
    own.abort()
  }
}

/** Whether the first sentence is over, or long enough to be sure of. */
function isBegun(said: string): boolean {
  const words = wordsIn(said)
  return words > HELD_WORDS || (words >= FEWEST_WORDS && /[.!?…][^\p{L}\p{N}]*\s/u.test(said))
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter(word => word !== '').length
}

type Usage = Extract<LanguageModelPart, { readonly kind: 'usage' }>

async function* summed<Result>(
  sum: (usage: Usage) => Usage,
  parts: AsyncIterator<LanguageModelPart, Result>,
): AsyncGenerator<LanguageModelPart, Result> {
  try {
    for (;;) {
      const next = await parts.next()
      if (next.done === true) return next.value
      yield next.value.kind === 'usage' ? sum(next.value) : next.value
    }
  } finally {
    await parts.return?.()
  }
}
