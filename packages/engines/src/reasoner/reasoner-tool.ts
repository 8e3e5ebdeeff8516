/** A reasoner as a tool of the fast model, which asks by itself where it should not decide. */

import { type Clock, type Json, ParleyError, type ToolDefinition } from '@parley/core'
import type { Tool } from '../tools/tool.js'
import { consult } from './consult.js'
import type { Reasoner } from './reasoner.js'

export const consultTool: ToolDefinition = {
  name: 'ask_expert',
  description:
    'Hands a decision to an expert who knows the rules of the house and may decide what you may not: exceptions, refunds and other money, complaints, promises, anything you are not sure of. Ask instead of guessing. The answer is final: tell it to the caller in its own words and add nothing to it.',
  parameters: {
    type: 'object',
    properties: {
      question: {
        type: 'string',
        description:
          'What is to be decided, in one or two sentences, with all that matters of the conversation.',
      },
    },
    required: ['question'],
    additionalProperties: false,
  },
}

/** The question in the arguments of a call. @throws ParleyError `bad_message` where there is none. */
export function questionIn(given: Json): string {
  const asked = typeof given === 'object' && given !== null && 'question' in given ? given.question : given
  if (typeof asked === 'string' && asked.trim() !== '') return asked.trim()
  throw new ParleyError('bad_message', '"question" is missing: say in a sentence what is to be decided.')
}

export interface ReasonerToolOptions {
  readonly clock: Clock
  /** Asks only once the turn is over, so that no answer that is thrown away costs a question. Default false. */
  readonly waits?: boolean
  /** A question got no answer; the fast model was told so. */
  warn?(error: ParleyError): void
}

/** The reasoner has a limit of its own; that of tools is not to end it first. */
const BEYOND_ANY_MS = 600_000

/** The tool's answer says who decided. */
export function reasonerTool(reasoner: Reasoner, { clock, waits = false, warn }: ReasonerToolOptions): Tool {
  return {
    definition: reasoner.tool,
    timeoutMs: BEYOND_ANY_MS,
    waits,
    filler: (language, nth) => reasoner.holding(language, nth),
    yields: true,
    async run(given, { language, signal, turn }) {
      const question = {
        text: turn?.userText ?? '',
        asked: questionIn(given),
        history: turn?.history ?? [],
        language,
        ...(turn?.facts === undefined ? {} : { facts: turn.facts }),
        ...(turn?.account === undefined ? {} : { account: turn.account }),
      }
      const why = { cause: 'tool' as const }
      const { decision, error, use } = await consult({ reasoner, clock }, { question, why }, signal)
      if (decision !== undefined) return { text: decision.text, decision: use }
      if (error !== undefined && !signal.aborted) warn?.(error)
      return { text: undecided, failed: true, decision: use }
    },
  }
}

/** What a fast model is told that did not get its decision. */
export const undecided =
  'The expert could not be reached. Do not decide it yourself and promise nothing: tell the caller so in one short sentence, and offer to go on with something else.'
