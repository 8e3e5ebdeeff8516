/** A prompt in the shape of the Responses API, whole or going on from the response before. */

import { defined } from '@parley/core'
import { type ModelMessage, type ModelPrompt, textWithFacts, tokenLimit } from '../prompt/model-prompt.js'
import { argumentsObject } from '../prompt/tool-arguments.js'
import type { OpenaiLlmOptions } from './options.js'

/** The vendor refuses a shorter limit. */
const LEAST_TOKENS = 16

/** Everything but `input`, and what only one of the ways in takes. */
export function responsesBody(
  prompt: ModelPrompt,
  options: OpenaiLlmOptions,
): Readonly<Record<string, unknown>> {
  const tools = prompt.tools.map(({ name, description, parameters }) => ({
    type: 'function',
    name,
    description,
    parameters,
    // Without it the vendor rewrites the schema and refuses what it cannot rewrite.
    strict: false,
  }))
  const reasoning = defined({ effort: options.reasoningEffort })
  const text = defined({ verbosity: options.verbosity })
  const limit = tokenLimit(options.maxOutputTokens, prompt)
  return {
    model: options.model,
    instructions: prompt.instructions,
    store: options.store,
    stream_options: { include_obfuscation: false },
    ...(tools.length === 0
      ? {}
      : {
          tools,
          ...defined({
            tool_choice: choiceOf(prompt),
            parallel_tool_calls: options.parallelToolCalls,
          }),
        }),
    ...(Object.keys(reasoning).length === 0 ? {} : { reasoning }),
    ...(Object.keys(text).length === 0 ? {} : { text }),
    ...defined({
      max_output_tokens: limit === undefined ? undefined : Math.max(limit, LEAST_TOKENS),
      temperature: options.temperature,
      top_p: options.topP,
      service_tier: options.serviceTier,
      prompt_cache_key: options.promptCacheKey,
      safety_identifier: options.safetyIdentifier,
    }),
  }
}

function choiceOf({ toolChoice }: ModelPrompt): unknown {
  return typeof toolChoice === 'object' ? { type: 'function', name: toolChoice.name } : toolChoice
}

export function responsesInput(messages: readonly ModelMessage[]): object[] {
  return messages.flatMap((message): object[] => {
    if (message.role === 'user') return [{ role: 'user', content: textWithFacts(message) }]
    if (message.role === 'results')
      return message.results.map(({ id, text, failed }) => ({
        type: 'function_call_output',
        call_id: id,
        output: failed ? `Failed: ${text}` : text,
      }))
    const said = message.text === '' ? [] : [{ role: 'assistant', content: message.text }]
    const calls = (message.calls ?? []).map(call => ({
      type: 'function_call',
      call_id: call.id,
      name: call.name,
      arguments: JSON.stringify(argumentsObject(call)),
    }))
    return [...said, ...calls]
  })
}
