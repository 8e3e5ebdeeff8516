/** Arguments of tools between a model's text and values: models write JSON that is not always any. */

import type { Json, ToolCall } from '@parley/core'

/** What a model wrote, parsed; empty is an object without fields, what is no JSON stays the text it is. */
export function parsedArguments(text: string): Json {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Whether the text is whole: JSON, or nothing where a tool has no arguments. */
export function areWhole(text: string): boolean {
  if (text.trim() === '') return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** As vendors take them back: an object always, since they refuse anything else. */
export function argumentsObject({ arguments: given }: ToolCall): { readonly [key: string]: Json } {
  if (typeof given === 'object' && given !== null && !isList(given)) return given
  return { unparsed: given }
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
