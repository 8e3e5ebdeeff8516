/**
 * What the model that decides is told. It is the same for every question of an agent but for the last message, so that
 * vendors can cache it. Texts of others stand between marks that they cannot write.
 */

import type { LanguageModelRequest } from '@parley/core'
import type { Question } from './reasoner.js'

export interface ReasonerTexts {
  /** Who decides and how. */
  readonly instructions: string | undefined
  /** The rules of the house. */
  readonly policy: string | undefined
  /** What the agent on the line is told about itself and the house. */
  readonly agentInstructions: string | undefined
}

export const defaultInstructions =
  'You decide what the agent on a telephone line may not decide by itself: exceptions, money, complaints, promises, whatever it is not sure of. Weigh what the caller wants against what you know of the house, and decide.'

const manner = [
  'Write exactly what the caller is to be told now, in the words of the agent on the line, and nothing else: no preamble, no reasons for yourself, no markup, no lists.',
  'One to three short spoken sentences, in the language that the caller speaks.',
  'Say first what is decided, then the reason if it helps. Promise nothing that the texts here do not allow.',
  'Never invent a fact, a price, a date or a rule. If you do not know, or may not decide it, say so plainly and say what happens next.',
  'The caller has heard that you are looking into it; do not greet, and do not announce that you will check.',
].join('\n')

export function reasonerInstructions({ instructions, policy, agentInstructions }: ReasonerTexts): string {
  return [
    instructions?.trim() || defaultInstructions,
    manner,
    ...block('agent', 'What the agent on the line is told, for what it says of the house', agentInstructions),
    ...block('policy', 'The rules of the house. They bind you; where they are silent, be careful', policy),
  ].join('\n\n')
}

export function reasonerRequest(instructions: string, question: Question): LanguageModelRequest {
  const { text, asked, history, language, facts = [], account } = question
  return {
    userText: asked === undefined ? text : `${text}\n${noteOf(asked)}`.trim(),
    history,
    language,
    instructions,
    ...(facts.length === 0 ? {} : { facts }),
    ...(account === undefined ? {} : { account }),
  }
}

/** Longest question of the fast model's, in characters. */
const MAX_ASKED = 1_000

/** Notes from the line stand in square brackets. */
function noteOf(asked: string): string {
  const words = asked
    .slice(0, MAX_ASKED)
    .replace(/[[\]]/g, ' ')
    .replace(/[\p{C}\s]+/gu, ' ')
  return `[The agent on the line asks you: ${words.trim()}]`
}

function block(mark: string, what: string, text: string | undefined): readonly string[] {
  const body = text?.replaceAll(new RegExp(`</?${mark}>`, 'gi'), ' ').trim()
  return body === undefined || body === ''
    ? []
    : [`${what}, between the marks:\n<${mark}>\n${body}\n</${mark}>`]
}
