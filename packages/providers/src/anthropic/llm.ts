/** Anthropic's minds: one request a turn, streamed as server-sent events, the version of the API pinned. */

import type { LanguageModel } from '@parley/core'
import { modelPrompt } from '../prompt/model-prompt.js'
import { slot } from '../slot.js'
import type { Slot } from '../vendor.js'
import { eventAnswer } from '../wire/event-answer.js'
import { warmModel } from '../wire/warm-model.js'
import { messagesReader } from './messages-reader.js'
import { messagesBody } from './messages-request.js'
import { anthropicLlmOptions } from './options.js'
import { anthropicRate } from './rate-headers.js'

const vendor = 'Anthropic'

export const anthropicLlm: Slot<LanguageModel> = slot(anthropicLlmOptions, (options, context) => {
  const { model, version, betas, firstOutputTimeoutMs, idleTimeoutMs, connectTimeoutMs } = options
  const headers = (key: string | undefined) => ({
    'anthropic-version': version,
    ...(betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }),
    ...(key === undefined ? {} : { 'x-api-key': key }),
  })
  return {
    name: `anthropic/${model}`,
    stream: (request, signal) =>
      eventAnswer(
        {
          context,
          call: {
            vendor,
            path: '/v1/messages',
            headers,
            body: messagesBody(modelPrompt(request), options),
            timeoutMs: firstOutputTimeoutMs,
            rate: header => anthropicRate(header, context.epochMs()),
          },
          reader: messagesReader(context.newId),
          firstOutputTimeoutMs,
          idleTimeoutMs,
        },
        signal,
      ),
    warm: () =>
      warmModel({ context, vendor, path: '/v1/models', headers, model, timeoutMs: connectTimeoutMs }),
  }
})
