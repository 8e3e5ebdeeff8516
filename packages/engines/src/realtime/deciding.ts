/**
 * A decision that is left to the reasoner: the caller hears a holding phrase, the question is asked, and who decided
 * stands in the reply. What comes after the answer was thrown away counts for nothing.
 */

import { type DecisionUse, type Json, ParleyError, type ReplyPart, type Turn } from '@parley/core'
import type { Decision, Reasoner } from '../reasoner/reasoner.js'
import { speakText } from './saying.js'
import type { Making, Talk } from './talk.js'

export interface Asking {
  readonly turn: Turn
  /** The caller's words, as far as they are known. */
  readonly text: string
  /** What the model asks, where it does. */
  readonly asked?: string
  readonly cause: DecisionUse['cause']
  readonly rule?: string
}

/** The parts of asking; the decision at the end, undefined where there is none in time. */
export async function* decide(
  talk: Talk,
  reasoner: Reasoner,
  { asking, making }: { readonly asking: Asking; readonly making: Making },
  signal: AbortSignal,
): AsyncGenerator<ReplyPart, Decision | undefined> {
  const { call } = talk
  const { turn, text, asked, cause, rule } = asking
  making.isDecided = true
  const holding = reasoner.holding(call.language, talk.nextHolding())
  if (holding !== undefined && turn.wishes?.silent !== true) {
    if (making.said === '') yield { kind: 'filler', text: holding }
    else yield* speakText(talk, making.record, holding, signal)
  }
  if (signal.aborted) return undefined
  const beganMs = call.clock.now()
  const use = { by: reasoner.name, cause, ...(rule === undefined ? {} : { rule }) }
  const question = {
    ...{ text, history: turn.history, language: call.language },
    ...(asked === undefined ? {} : { asked }),
  }
  try {
    const decision = await orAbort(signal, () => reasoner.decide(question, signal))
    if (decision === undefined || signal.aborted) return undefined
    yield { kind: 'mark', mark: 'decision' }
    yield { kind: 'decision', ...use, outcome: 'decided', tookMs: decision.tookMs }
    making.cost.inputTokens += decision.inputTokens
    making.cost.outputTokens += decision.outputTokens
    yield { kind: 'usage', ...making.cost }
    return decision
  } catch (thrown) {
    if (signal.aborted) return undefined
    const error = ParleyError.from(thrown, 'engine_failed')
    call.warn(error)
    const outcome = error.code === 'timeout' ? 'late' : 'failed'
    yield { kind: 'decision', ...use, outcome, tookMs: call.clock.now() - beganMs }
    return undefined
  }
}

/** What the model asks in its own words, of the arguments of its call. */
export function askedIn(given: Json): string {
  if (typeof given === 'string') return given
  const question =
    typeof given === 'object' && given !== null && 'question' in given ? given.question : undefined
  return typeof question === 'string' ? question : JSON.stringify(given)
}

/** What is decided, to be said. */
export function tellExactly({ text }: Decision): string {
  return `Tell the caller exactly what stands between the marks, now, in the language of the conversation. It was decided by someone who knows more than you: add nothing, leave nothing out, weaken nothing.\n<decision>\n${text.replaceAll('</decision>', '')}\n</decision>`
}

export const tellResult =
  'The result of the last tool was decided by someone who knows more than you. Tell the caller what it says, faithfully and in full, and add nothing of your own.'

/** Nobody need obey a signal. */
function orAbort<Value>(signal: AbortSignal, make: () => Promise<Value>): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    make()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop))
  })
}
