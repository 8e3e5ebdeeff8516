import type { FarAsk } from '@parley/core'
import { itemOf } from './far-items.js'
import { toolsOf } from './far-settings.js'

/** The vendor's range, tokens. */
const MOST_TOKENS = 4_096

/** What `response.create` asks for. Its metadata come back with the response, by which it is told from others. */
export function requestOf({ id, beside, input, instructions, tools, ...ask }: FarAsk): object {
  const { toolChoice, silent, maxOutputTokens: most } = ask
  return {
    ...(beside === true ? { conversation: 'none' } : {}),
    ...(input === undefined ? {} : { input: input.map(item => itemOf(item, false)) }),
    ...(instructions === undefined ? {} : { instructions }),
    ...(tools === undefined ? {} : { tools: toolsOf(tools) }),
    ...(toolChoice === undefined ? {} : { tool_choice: choiceOf(toolChoice) }),
    ...(silent === true ? { output_modalities: ['text'] } : {}),
    ...(most === undefined
      ? {}
      : { max_output_tokens: Math.min(Math.max(1, Math.floor(most)), MOST_TOKENS) }),
    metadata: { ask: id },
  }
}

function choiceOf(choice: NonNullable<FarAsk['toolChoice']>): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', name: choice.name }
}
