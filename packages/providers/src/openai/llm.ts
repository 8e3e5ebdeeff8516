import type { LanguageModel } from '@parley/core'
import { slot } from '../slot.js'
import type { Slot } from '../vendor.js'
import { openaiChat } from './llm-chat.js'
import { openaiResponses } from './llm-responses.js'
import { openaiResponsesSocket } from './llm-responses-socket.js'
import { openaiLlmOptions } from './options.js'
import { isHosted, shutdownWarning } from './shutdowns.js'

/** OpenAI's minds, by any of its three ways in. */
export const openaiLlm: Slot<LanguageModel> = slot(openaiLlmOptions, (options, context) => {
  const warning = isHosted(context.baseUrl) ? shutdownWarning([options.model], context.epochMs()) : undefined
  if (warning !== undefined) context.warn(warning)
  switch (options.api) {
    case 'responses-socket':
      return openaiResponsesSocket(options, context)
    case 'responses':
      return openaiResponses(options, context)
    case 'chat':
      return openaiChat(options, context)
    default:
      return options.api satisfies never
  }
})
