/** What a response is asked for, whole or going on from one before, or what is wrong with it. */

import type { SimPrompt, SimTurn } from '../sim-brains.js'
import { textOf } from './chat-prompt.js'

export interface ResponsesBody {
  readonly model?: unknown
  readonly input?: unknown
  readonly instructions?: string | null
  readonly tools?: readonly { readonly type?: string; readonly name?: string }[]
  readonly max_output_tokens?: number | null
  readonly previous_response_id?: string | null
  readonly store?: boolean | null
  readonly stream?: boolean | null
  readonly generate?: boolean
  readonly background?: boolean | null
  readonly stream_id?: string
  readonly stream_options?: { readonly include_obfuscation?: boolean } | null
}

export interface ResponsesItem {
  readonly type?: string
  readonly role?: string
  readonly content?: unknown
  readonly call_id?: string
  readonly name?: string
  readonly arguments?: string
  readonly output?: unknown
}

/** The items of an input; a sentence if it is none. */
export function itemsOf(input: unknown): readonly ResponsesItem[] | string {
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  if (!Array.isArray(input)) return "Missing required parameter: 'input'."
  return input as readonly ResponsesItem[]
}

/** A sentence: the vendor refuses this. `items` are all of the conversation. */
export function responsesPrompt(body: ResponsesBody, items: readonly ResponsesItem[]): SimPrompt | string {
  const { model, instructions, tools } = body
  if (typeof model !== 'string' || model === '') return "Missing required parameter: 'model'."
  for (const tool of tools ?? [])
    if (tool.type !== 'function' || !/^[\w-]{1,64}$/.test(tool.name ?? ''))
      return 'tools must be functions with a name of at most 64 letters'
  const system: string[] = instructions == null ? [] : [instructions]
  const messages: SimTurn[] = []
  const open = new Map<string, string>()
  for (const [at, item] of items.entries()) {
    if (item.type === 'function_call') {
      if (item.call_id === undefined || item.name === undefined || typeof item.arguments !== 'string')
        return `input[${at}]: a function call needs call_id, name and arguments`
      open.set(item.call_id, item.name)
    } else if (item.type === 'function_call_output') {
      const name = open.get(item.call_id ?? '')
      if (name === undefined)
        return `No tool call found for function call output with call_id ${item.call_id}.`
      open.delete(item.call_id ?? '')
      messages.push({ role: 'tool', name, text: textOf(item.output) })
    } else if (item.role === 'user' || item.role === 'assistant')
      messages.push({ role: item.role, text: textOf(item.content) })
    else if (item.role === 'system' || item.role === 'developer') system.push(textOf(item.content))
    else return `input[${at}]: unknown item`
  }
  const [unanswered] = open.keys()
  if (unanswered !== undefined) return `No tool output found for function call ${unanswered}.`
  return {
    model,
    instructions: system.join('\n'),
    messages,
    tools: (tools ?? []).map(({ name }) => name ?? ''),
  }
}
