/** Minds behind any server that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp and others. */

import { defined, type LanguageModel, type LanguageModelPart } from '@parley/core'
import { bearer } from '../openai/bearer.js'
import { chatChoice, chatMessages, chatTools } from '../openai/chat-messages.js'
import { chatReader } from '../openai/chat-reader.js'

import { openaiRate } from '../openai/rate-headers.js'
import { modelPrompt, tokenLimit } from '../prompt/model-prompt.js'
import { slot } from '../slot.js'
import type { Slot } from '../vendor.js'
import { type AnswerReader, eventAnswer } from '../wire/event-answer.js'
import { httpCall } from '../wire/http-call.js'
import { warmModel } from '../wire/warm-model.js'
import { compatibleLlmOptions } from './options.js'
import { profileFacts } from './profiles.js'
import { thoughtFilter } from './thought-filter.js'

export const compatibleLlm: Slot<LanguageModel> = slot(compatibleLlmOptions, (options, context) => {
  const { model, firstOutputTimeoutMs, idleTimeoutMs, warmTimeoutMs } = options
  const facts = profileFacts[options.profile]
  const vendor = facts.title
  const headers = (key: string | undefined) => ({
    ...bearer(key),
    ...options.extraHeaders,
  })
  const same = {
    model,
    ...defined({ temperature: options.temperature, top_p: options.topP }),
    ...(options.thinking === undefined ? {} : facts.thinking(options.thinking)),
    ...options.extraBody,
  }

  async function load(): Promise<void> {
    const messages = [{ role: 'user', content: 'Hi.' }]
    const body = { ...same, messages, max_tokens: 1, stream: false }
    const call = { vendor, path: '/chat/completions', headers, body, timeoutMs: warmTimeoutMs }
    const response = await httpCall(context, call, new AbortController().signal)
    await response.arrayBuffer()
  }

  return {
    name: `openai-compatible/${model}`,
    stream(request, signal) {
      const prompt = modelPrompt(request)
      const tools = chatTools(prompt)
      const choice = facts.toolChoice
        ? defined({ tool_choice: chatChoice(prompt) ?? options.toolChoice })
        : {}
      const body = {
        ...same,
        messages: chatMessages(prompt, 'system'),
        stream: true,
        stream_options: { include_usage: true },
        ...(tools.length === 0 ? {} : { tools, ...choice }),
        ...defined({ max_tokens: tokenLimit(options.maxTokens, prompt) }),
      }
      return eventAnswer(
        {
          context,
          call: {
            vendor,
            path: '/chat/completions',
            headers,
            body,
            timeoutMs: firstOutputTimeoutMs,
            rate: openaiRate,
          },
          reader: withoutThoughts(chatReader({ vendor, newId: context.newId })),
          firstOutputTimeoutMs,
          idleTimeoutMs,
        },
        signal,
      )
    },
    async warm() {
      if (facts.listsModels) await warmModel({ context, vendor, headers, model, timeoutMs: warmTimeoutMs })
      if (facts.loadsOnDemand) await load()
    },
  }
})

function withoutThoughts(reader: AnswerReader<LanguageModelPart>): AnswerReader<LanguageModelPart> {
  const filter = thoughtFilter()
  let isFlushed = false

  /** What was held back is text once anything else comes, or the end. */
  function flushed(): LanguageModelPart[] {
    if (isFlushed) return []
    isFlushed = true
    const text = filter.end()
    return text === '' ? [] : [{ kind: 'text', text }]
  }

  const cleaned = (parts: readonly LanguageModelPart[]) =>
    parts.flatMap((part): LanguageModelPart[] => {
      if (part.kind !== 'text') return [...flushed(), part]
      const text = filter.feed(part.text)
      return text === '' ? [] : [{ kind: 'text', text }]
    })

  return {
    get done() {
      return reader.done
    },
    read(event) {
      const parts = cleaned(reader.read(event))
      return reader.done ? [...parts, ...flushed()] : parts
    },
    end: () => [...cleaned(reader.end()), ...flushed()],
  }
}
