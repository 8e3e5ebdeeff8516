/** A prompt in the shape of chat completions, which every imitator takes too. */

import { type ModelPrompt, textWithFacts } from '../prompt/model-prompt.js'
import { argumentsObject } from '../prompt/tool-arguments.js'

/** `systemRole` is `developer` at OpenAI and `system` everywhere else. */
export function chatMessages(prompt: ModelPrompt, systemRole: 'developer' | 'system'): object[] {
  return [
    { role: systemRole, content: prompt.instructions },
    ...prompt.messages.flatMap((message): object[] => {
      if (message.role === 'user') return [{ role: 'user', content: textWithFacts(message) }]
      if (message.role === 'results')
        return message.results.map(({ id, text, failed }) => ({
          role: 'tool',
          tool_call_id: id,
          content: failed ? `Failed: ${text}` : text,
        }))
      if (message.calls === undefined) return [{ role: 'assistant', content: message.text }]
      const calls = message.calls.map(call => ({
        id: call.id,
        type: 'function',
        function: { name: call.name, arguments: JSON.stringify(argumentsObject(call)) },
      }))
      return [
        {
          role: 'assistant',
          ...(message.text === '' ? {} : { content: message.text }),
          tool_calls: calls,
        },
      ]
    }),
  ]
}

export function chatTools({ tools }: ModelPrompt): object[] {
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, description, parameters },
  }))
}

/** As `tool_choice` says it; undefined where nothing is asked. */
export function chatChoice({ toolChoice }: ModelPrompt): unknown {
  return typeof toolChoice === 'object'
    ? { type: 'function', function: { name: toolChoice.name } }
    : toolChoice
}
