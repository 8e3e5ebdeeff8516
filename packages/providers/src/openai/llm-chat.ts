/** OpenAI's chat completions: one request a turn, streamed as server-sent events. */

import { defined, type LanguageModel } from '@parley/core'
import { modelPrompt, tokenLimit } from '../prompt/model-prompt.js'
import type { VendorContext } from '../vendor.js'
import { eventAnswer } from '../wire/event-answer.js'
import { warmModel } from '../wire/warm-model.js'
import { chatChoice, chatMessages, chatTools } from './chat-messages.js'
import { chatReader } from './chat-reader.js'
import { type OpenaiLlmOptions, openaiHeaders } from './options.js'
import { openaiRate } from './rate-headers.js'

const vendor = 'OpenAI'

export function openaiChat(options: OpenaiLlmOptions, context: VendorContext): LanguageModel {
  const headers = (key: string | undefined) => openaiHeaders(key, options)
  return {
    name: `openai/${options.model}`,
    stream(request, signal) {
      const prompt = modelPrompt(request)
      const tools = chatTools(prompt)
      const body = {
        model: options.model,
        messages: chatMessages(prompt, 'developer'),
        stream: true,
        stream_options: { include_usage: true, include_obfuscation: false },
        store: options.store,
        ...(tools.length === 0
          ? {}
          : {
              tools,
              ...defined({
                tool_choice: chatChoice(prompt),
                parallel_tool_calls: options.parallelToolCalls,
              }),
            }),
        ...defined({
          max_completion_tokens: tokenLimit(options.maxOutputTokens, prompt),
          temperature: options.temperature,
          top_p: options.topP,
          reasoning_effort: options.reasoningEffort,
          verbosity: options.verbosity,
          service_tier: options.serviceTier,
          prompt_cache_key: options.promptCacheKey,
          safety_identifier: options.safetyIdentifier,
        }),
      }
      return eventAnswer(
        {
          context,
          call: {
            vendor,
            path: '/chat/completions',
            headers,
            body,
            timeoutMs: options.firstOutputTimeoutMs,
            rate: openaiRate,
          },
          reader: chatReader({ vendor, newId: context.newId }),
          firstOutputTimeoutMs: options.firstOutputTimeoutMs,
          idleTimeoutMs: options.idleTimeoutMs,
        },
        signal,
      )
    },
    warm: () =>
      warmModel({ context, vendor, headers, model: options.model, timeoutMs: options.connectTimeoutMs }),
  }
}
