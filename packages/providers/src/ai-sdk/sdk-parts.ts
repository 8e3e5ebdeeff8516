/** Parts and errors of the AI SDK as ours. */

import { type Json, type LanguageModelPart, ParleyError } from '@parley/core'
import type { TextStreamPart, ToolSet } from 'ai'
import { streamError } from '../openai/stream-error.js'
import { brokenOffError } from '../wire/event-answer.js'
import { retryAfterMs } from '../wire/retry-after.js'
import { refusalError, unreachableError } from '../wire/vendor-error.js'

/** Undefined for what is not ours to know, such as thoughts. @throws ParleyError for errors among the parts. */
export function partOf(
  part: TextStreamPart<ToolSet>,
  { vendor, epochMs }: { readonly vendor: string; readonly epochMs: number },
): LanguageModelPart | undefined {
  switch (part.type) {
    case 'text-delta':
      return part.text === '' ? undefined : { kind: 'text', text: part.text }
    case 'tool-call':
      return {
        kind: 'tool-call',
        call: { id: part.toolCallId, name: part.toolName, arguments: part.input as Json },
      }
    case 'finish': {
      if (part.finishReason === 'content-filter')
        throw new ParleyError('provider_rejected', `${vendor} stopped the answer by its content filter.`)
      // What providers give when the body ended before the vendor said why.
      if (part.finishReason === 'other' && part.rawFinishReason === undefined) throw brokenOffError(vendor)
      const { inputTokens = 0, outputTokens = 0, inputTokenDetails } = part.totalUsage
      const cached = inputTokenDetails?.cacheReadTokens
      return {
        kind: 'usage',
        inputTokens,
        outputTokens,
        ...(cached === undefined ? {} : { cachedTokens: cached }),
      }
    }
    case 'error':
      throw sdkError(part.error, { vendor, epochMs })
    default:
      return undefined
  }
}

/** Errors of the SDK hold the whole request, so that no more than their status and message is kept. */
export function sdkError(
  error: unknown,
  { vendor, epochMs }: { readonly vendor: string; readonly epochMs: number },
): ParleyError {
  if (error instanceof ParleyError) return error
  const call = error as {
    readonly statusCode?: number
    readonly responseBody?: string
    readonly responseHeaders?: Readonly<Record<string, string>>
    readonly message?: string
    readonly name?: string
  }
  if (typeof call?.statusCode === 'number' && call.statusCode >= 400) {
    const waitMs = retryAfterMs(name => call.responseHeaders?.[name] ?? null, epochMs)
    return refusalError(vendor, {
      status: call.statusCode,
      body: jsonOr(call.responseBody) ?? { message: call.message },
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    })
  }
  // Providers pass errors in the middle of a stream on as the vendor words them.
  if (!(error instanceof Error) && typeof error === 'object' && error !== null)
    return streamError(vendor, { error })
  if (call?.name === 'AI_APICallError') return unreachableError(vendor, new Error(call.message))
  if (call?.name === 'AI_LoadAPIKeyError')
    return new ParleyError('provider_refused', `${vendor} wants a key: ${call.message}`)
  return new ParleyError('provider_failed', `${vendor} failed (${call?.message ?? String(error)}).`, {
    retryable: true,
  })
}

function jsonOr(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
