/**
 * A prompt in the shape of the Messages API. Breakpoints of the cache stand behind the tools, the instructions and what
 * was said before this turn, which stay the same from turn to turn; the caller's words and the facts come after them.
 */

import { type ModelMessage, type ModelPrompt, tokenLimit } from '../prompt/model-prompt.js'
import { argumentsObject } from '../prompt/tool-arguments.js'
import type { AnthropicLlmOptions } from './options.js'

export function messagesBody(prompt: ModelPrompt, options: AnthropicLlmOptions): object {
  const { model, maxTokens, thinking, effort, temperature, topP, serviceTier, speed, userId } = options
  const mark = markOf(options)
  return {
    model,
    max_tokens: tokenLimit(maxTokens, prompt) ?? maxTokens,
    stream: true,
    ...(prompt.tools.length === 0 ? {} : toolsOf(prompt, options)),
    system: [{ type: 'text', text: prompt.instructions, ...mark }],
    messages: messagesOf(prompt.messages, mark),
    ...(thinking === 'default' ? {} : { thinking: { type: thinking } }),
    ...(effort === undefined ? {} : { output_config: { effort } }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
    ...(speed === undefined ? {} : { speed }),
    ...(userId === undefined ? {} : { metadata: { user_id: userId } }),
  }
}

type Mark = { readonly cache_control?: { readonly type: 'ephemeral'; readonly ttl: '5m' | '1h' } }

function markOf({ cache }: AnthropicLlmOptions): Mark {
  return cache === 'off' ? {} : { cache_control: { type: 'ephemeral', ttl: cache } }
}

function toolsOf(prompt: ModelPrompt, options: AnthropicLlmOptions): object {
  const { tools } = prompt
  const described = tools.map(({ name, description, parameters }, at) => ({
    name,
    description,
    input_schema: { type: 'object', ...parameters },
    ...(at === tools.length - 1 ? markOf(options) : {}),
  }))
  const choice = choiceOf(prompt, options)
  return { tools: described, ...(choice === undefined ? {} : { tool_choice: choice }) }
}

function choiceOf({ toolChoice }: ModelPrompt, options: AnthropicLlmOptions): object | undefined {
  if (toolChoice === 'none') return { type: 'none' }
  const one = options.parallelToolCalls ? {} : { disable_parallel_tool_use: true }
  // A model that may think is refused a call that it has to make.
  const isForced = toolChoice !== undefined && toolChoice !== 'auto' && options.thinking === 'disabled'
  if (isForced)
    return typeof toolChoice === 'object'
      ? { type: 'tool', name: toolChoice.name, ...one }
      : { type: 'any', ...one }
  return toolChoice === undefined && options.parallelToolCalls ? undefined : { type: 'auto', ...one }
}

function messagesOf(messages: readonly ModelMessage[], mark: Mark): object[] {
  const now = messages.findLastIndex(({ role }) => role === 'user')
  return messages.map((message, at) => {
    const blocks = blocksOf(message)
    const last = blocks.at(-1)
    if (at === now - 1 && last !== undefined) blocks[blocks.length - 1] = { ...last, ...mark }
    return { role: message.role === 'agent' ? 'assistant' : 'user', content: blocks }
  })
}

/** Empty texts are refused, so there are none. */
function blocksOf(message: ModelMessage): object[] {
  switch (message.role) {
    case 'user':
      return [message.text, message.facts].flatMap(text =>
        text === undefined || text === '' ? [] : [{ type: 'text', text }],
      )
    case 'results':
      return message.results.map(({ id, text, failed }) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: text,
        ...(failed ? { is_error: true } : {}),
      }))
    case 'agent':
      return [
        ...(message.text.trim() === '' ? [] : [{ type: 'text', text: message.text.trimEnd() }]),
        ...(message.calls ?? []).map(call => ({
          type: 'tool_use',
          id: call.id,
          name: call.name,
          input: argumentsObject(call),
        })),
      ]
    default:
      return message satisfies never
  }
}
