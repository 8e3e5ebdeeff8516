/** Which calls of a step are whose, and what of them the answers to later turns are told. */

import {
  type LanguageModelPart,
  stateOfActed,
  type ToolCall,
  type ToolExchange,
  type ToolResult,
} from '@parley/core'
import type { Tool } from './tool.js'

export function parted<Value>(
  values: readonly Value[],
  is: (value: Value) => boolean,
): readonly [readonly Value[], readonly Value[]] {
  return [values.filter(is), values.filter(value => !is(value))]
}

export function isActing(tools: readonly Tool[]): (call: ToolCall) => boolean {
  return ({ name }) => tools.some(({ definition, acts }) => acts === true && definition.name === name)
}

export function notKnown({ id }: ToolCall): ToolResult {
  return { id, text: 'The caller spoke meanwhile; whether it was done is not known.', failed: true }
}

/** What tools that act did for this answer, for the answers to later turns. */
export function actedState(exchanges: readonly ToolExchange[], tools: readonly Tool[]): LanguageModelPart {
  const acted = exchanges.map(({ text, calls, results }) => ({
    text,
    calls: calls.filter(isActing(tools)),
    results,
  }))
  return { kind: 'state', state: stateOfActed(acted) }
}
