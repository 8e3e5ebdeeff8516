/** A prompt in the shape of the AI SDK. */

import type { ModelMessage as SdkMessage, ToolChoice, ToolSet } from 'ai'
import { type ModelPrompt, textWithFacts } from '../prompt/model-prompt.js'
import { argumentsObject } from '../prompt/tool-arguments.js'

export function sdkMessages({ messages }: ModelPrompt): SdkMessage[] {
  const names = new Map<string, string>()
  return messages.map((message): SdkMessage => {
    if (message.role === 'user') return { role: 'user', content: textWithFacts(message) }
    if (message.role === 'results')
      return {
        role: 'tool',
        content: message.results.map(({ id, text, failed }) => ({
          type: 'tool-result',
          toolCallId: id,
          toolName: names.get(id) ?? '',
          output: failed ? { type: 'error-text', value: text } : { type: 'text', value: text },
        })),
      }
    const calls = message.calls ?? []
    for (const { id, name } of calls) names.set(id, name)
    return {
      role: 'assistant',
      content: [
        ...(message.text === '' ? [] : [{ type: 'text' as const, text: message.text }]),
        ...calls.map(call => ({
          type: 'tool-call' as const,
          toolCallId: call.id,
          toolName: call.name,
          input: argumentsObject(call),
        })),
      ],
    }
  })
}

/** Tools without `execute`: who runs them is not the SDK's business. */
export function sdkTools(
  { tools }: ModelPrompt,
  { jsonSchema }: Pick<typeof import('ai'), 'jsonSchema'>,
): ToolSet {
  return Object.fromEntries(
    tools.map(({ name, description, parameters }) => [
      name,
      { description, inputSchema: jsonSchema(parameters as Parameters<typeof jsonSchema>[0]) },
    ]),
  )
}

export function sdkChoice({ toolChoice }: ModelPrompt): ToolChoice<ToolSet> | undefined {
  return typeof toolChoice === 'object' ? { type: 'tool', toolName: toolChoice.name } : toolChoice
}
