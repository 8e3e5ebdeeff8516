/** OpenAI's Responses API with one request a turn, streamed as server-sent events; nothing is kept at the vendor. */

import type { LanguageModel, LanguageModelPart } from '@parley/core'
import { modelPrompt } from '../prompt/model-prompt.js'
import type { VendorContext } from '../vendor.js'
import { type AnswerReader, eventAnswer } from '../wire/event-answer.js'
import { warmModel } from '../wire/warm-model.js'
import { type OpenaiLlmOptions, openaiHeaders } from './options.js'
import { openaiRate } from './rate-headers.js'
import { responsesReader } from './responses-reader.js'
import { responsesBody, responsesInput } from './responses-request.js'

const vendor = 'OpenAI'

export function openaiResponses(options: OpenaiLlmOptions, context: VendorContext): LanguageModel {
  const headers = (key: string | undefined) => openaiHeaders(key, options)
  return {
    name: `openai/${options.model}`,
    stream(request, signal) {
      const prompt = modelPrompt(request)
      const body = { ...responsesBody(prompt, options), input: responsesInput(prompt.messages), stream: true }
      return eventAnswer(
        {
          context,
          call: {
            vendor,
            path: '/responses',
            headers,
            body,
            timeoutMs: options.firstOutputTimeoutMs,
            rate: openaiRate,
          },
          reader: sseReader(context.newId),
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

function sseReader(newId: () => string): AnswerReader<LanguageModelPart> {
  const reader = responsesReader(vendor, newId)
  return {
    get done() {
      return reader.done
    },
    read: ({ data }) => (data === '[DONE]' ? [] : reader.read(data)),
    end: () => reader.end(),
  }
}
