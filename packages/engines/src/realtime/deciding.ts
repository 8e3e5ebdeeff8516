/**
 * A decision that is left to the reasoner: the question is asked, the caller hears a holding phrase where it takes long,
 * and who decided stands in the reply. What comes after the answer was thrown away counts for nothing.
 */

import type { DecisionUse, Fact, Json, ReplyPart, Turn } from '@parley/core'
import { consult, type Verdict } from '../reasoner/consult.js'
import type { Decision, Reasoner } from '../reasoner/reasoner.js'
import { orAbort } from '../tools/run-tool.js'
import { waitForTools } from '../tools/wait-for-tools.js'
import { speakText } from './saying.js'
import type { Making, Talk } from './talk.js'

export interface Asking {
  readonly turn: Turn
  /** The caller's words, as far as they are known. */
  readonly text: string
  /** What was looked up for them. */
  readonly facts: readonly Fact[]
  /** What the model asks, where it does. */
  readonly asked?: string
  readonly cause: DecisionUse['cause']
  readonly rule?: string
}

/** Silence before the holding phrase, ms: where a rule asks, and where the model does. */
const HOLD_AFTER_MS = 200
const HOLD_AFTER_CALL_MS = 700

/** The parts of asking; the decision at the end, undefined where there is none in time. */
export async function* decide(
  talk: Talk,
  reasoner: Reasoner,
  { asking, making }: { readonly asking: Asking; readonly making: Making },
  signal: AbortSignal,
): AsyncGenerator<ReplyPart, Decision | undefined> {
  const { clock, language, warn } = talk.call
  const { committed } = making.commitment
  making.isDecided = true
  const asked = ask(talk, reasoner, { asking, committed }, signal)
  const fillerAfterMs = asking.cause === 'tool' ? HOLD_AFTER_CALL_MS : HOLD_AFTER_MS
  const wait = waitForTools(clock, { outcomes: [asked], fillerAfterMs, signal, committed })
  try {
    for (;;) {
      const next = await wait.next()
      if (next === 'aborted') return undefined
      if (next === 'over') break
      const holding = next === 'filler' ? reasoner.holding(language, talk.nextHolding()) : undefined
      if (holding === undefined || asking.turn.wishes?.silent === true)
        yield { kind: 'usage', ...making.cost }
      else if (making.said === '') yield { kind: 'filler', text: holding }
      else yield* speakText(talk, making.record, holding, signal)
    }
  } finally {
    wait.end()
  }
  const verdict = await asked
  if (verdict === undefined || signal.aborted) return undefined
  const { decision, error, use } = verdict
  if (error !== undefined) warn(error)
  if (decision !== undefined) yield { kind: 'mark', mark: 'decision' }
  yield { kind: 'decision', ...use }
  if (decision === undefined) return undefined
  making.cost.inputTokens += decision.inputTokens
  making.cost.outputTokens += decision.outputTokens
  yield { kind: 'usage', ...making.cost }
  return decision
}

/** Never rejects; undefined if nobody waits any more. */
async function ask(
  { call, options }: Talk,
  reasoner: Reasoner,
  { asking, committed }: { readonly asking: Asking; readonly committed: Promise<void> },
  signal: AbortSignal,
): Promise<Verdict | undefined> {
  const { turn, text, facts, asked, cause, rule } = asking
  const { account = call.account } = turn
  const question = {
    ...{ text, history: turn.history, language: call.language },
    ...(asked === undefined ? {} : { asked }),
    ...(facts.length === 0 ? {} : { facts }),
    ...(account === undefined ? {} : { account }),
  }
  const why = { cause, ...(rule === undefined ? {} : { rule }) }
  try {
    if (options.reasoning?.waits === true) await orAbort(signal, committed)
    return await orAbort(signal, consult({ reasoner, clock: call.clock }, { question, why }, signal))
  } catch {
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
