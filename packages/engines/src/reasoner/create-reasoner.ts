/**
 * A model that decides, with the rules that say when it must. It keeps nothing between questions: whose answer is still
 * wanted is for whoever asked to know.
 */

import { type Clock, type LanguageModel, limitTime, ParleyError, until } from '@parley/core'
import { type Filler, fillerFor } from '../tools/filler.js'
import { defaultHolding } from './default-holding.js'
import type { Decision, Question, Reasoner } from './reasoner.js'
import { reasonerInstructions, reasonerRequest } from './reasoner-prompt.js'
import { consultTool } from './reasoner-tool.js'
import { createRules, type ReasonerRule } from './rules.js'
import { cutForSpeech, speakable } from './speakable.js'

export interface ReasonerOptions {
  /** Who decides; with tools of its own, it is wrapped by `withTools` before. */
  readonly model: LanguageModel
  readonly clock: Clock
  /** BCP 47, of the agent: how numbers are read in rules where a call does not say. Default `en`. */
  readonly language?: string
  /** Who decides and how. Default: a careful senior of the house. */
  readonly instructions?: string
  /** The rules of the house, as text. */
  readonly policy?: string
  /** What the agent on the line is told: the model that decides knows the house from it. */
  readonly agentInstructions?: string
  /** Asked in order. Default: none. */
  readonly rules?: readonly ReasonerRule[]
  /** Said while the caller waits. Default: phrases in English and Spanish; an empty text for none. */
  readonly holding?: Filler
  /** Longest wait for the whole answer, ms. Default 8,000. */
  readonly timeoutMs?: number
}

/** Longest answer that is spoken, in characters: about a minute. What a model writes beyond is not waited for. */
const MAX_CHARS = 1_000
/** Read of a model, in characters: markup may be most of it. */
const MOST_WRITTEN = 4 * MAX_CHARS

/** @throws ParleyError `bad_config` where two rules have one name */
export function createReasoner(options: ReasonerOptions): Reasoner {
  const { model, clock, language: ownLanguage = 'en', timeoutMs = 8_000, holding = defaultHolding } = options
  const rules = createRules(options.rules ?? [])
  const instructions = reasonerInstructions({
    instructions: options.instructions,
    policy: options.policy,
    agentInstructions: options.agentInstructions,
  })
  return {
    name: model.name,
    tool: consultTool,
    ruleFor: (text, language = ownLanguage) => rules.ruleFor(text, language),
    doubtIn: said => rules.doubtIn(said),
    holding: (language, nth) => fillerFor(holding, language, nth),
    decide: (question, signal) => decide({ model, clock, instructions, timeoutMs }, question, signal),
  }
}

interface Deciding {
  readonly model: LanguageModel
  readonly clock: Clock
  readonly instructions: string
  readonly timeoutMs: number
}

async function decide(
  { model, clock, instructions, timeoutMs }: Deciding,
  question: Question,
  signal: AbortSignal,
): Promise<Decision> {
  const beganMs = clock.now()
  const limit = limitTime(clock, timeoutMs, signal)
  let written = ''
  let inputTokens = 0
  let outputTokens = 0
  try {
    const request = reasonerRequest(instructions, question)
    for await (const part of until(limit.signal, model.stream(request, limit.signal))) {
      if (part.kind === 'usage') ({ inputTokens, outputTokens } = part)
      if (part.kind === 'text') written += part.text
      if (written.length >= MOST_WRITTEN) break
    }
    if (signal.aborted) throw withdrawn(model)
    if (limit.late) throw tooLate(model, timeoutMs)
    const text = cutForSpeech(speakable(written.slice(0, MOST_WRITTEN)), MAX_CHARS)
    if (text === '') throw empty(model)
    return { text, tookMs: clock.now() - beganMs, inputTokens, outputTokens }
  } finally {
    limit.end()
  }
}

function withdrawn({ name }: LanguageModel): ParleyError {
  return new ParleyError('engine_failed', `Nobody waits for the decision of ${name} any more.`)
}

function tooLate({ name }: LanguageModel, timeoutMs: number): ParleyError {
  const message = `${name} decided nothing within ${timeoutMs} ms; take a faster model or raise timeoutMs.`
  return new ParleyError('timeout', message, { retryable: true })
}

function empty({ name }: LanguageModel): ParleyError {
  const message = `${name} decided without a word; check its instructions, and wrap it with tools if it asks for some.`
  return new ParleyError('engine_failed', message, { retryable: true })
}
