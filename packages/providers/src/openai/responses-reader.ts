/**
 * Reads the events of one response, the same over server-sent events and over a socket. Thoughts and their summaries are
 * never given; a refusal in words is what the agent says.
 */

import { type LanguageModelPart, ParleyError } from '@parley/core'
import { parsedArguments } from '../prompt/tool-arguments.js'
import { brokenOffError } from '../wire/event-answer.js'
import { garbageError } from '../wire/vendor-error.js'
import { streamError } from './stream-error.js'

export interface ResponsesReader {
  /** One event, as JSON text. @throws ParleyError for errors of the vendor and for what is no event. */
  read(data: string): readonly LanguageModelPart[]
  readonly done: boolean
  /** The response's own name, once it is known. */
  readonly responseId: string | undefined
  /** Names of the calls that a next step can go on from, in order; none where the response was cut. */
  readonly callIds: readonly string[]
  /** The stream has ended. @throws ParleyError if the response has not. */
  end(): readonly LanguageModelPart[]
}

interface Event {
  readonly type?: string
  readonly delta?: string
  readonly item?: {
    readonly type?: string
    readonly id?: string
    readonly status?: string
    readonly call_id?: string
    readonly name?: string
    readonly arguments?: string
  }
  readonly response?: {
    readonly id?: string
    readonly error?: unknown
    readonly incomplete_details?: { readonly reason?: string } | null
    readonly usage?: {
      readonly input_tokens?: number
      readonly output_tokens?: number
      readonly input_tokens_details?: { readonly cached_tokens?: number } | null
    } | null
  }
}

const nothing: readonly LanguageModelPart[] = []

export function responsesReader(vendor: string, newId: () => string): ResponsesReader {
  const callIds: string[] = []
  let responseId: string | undefined
  let hasOutput = false
  let isDone = false

  function callOf(item: NonNullable<Event['item']>): readonly LanguageModelPart[] {
    // What the limit of tokens cut is not run.
    if (item.type !== 'function_call' || item.status === 'incomplete') return nothing
    const id = item.call_id ?? item.id ?? `call_${newId()}`
    callIds.push(id)
    hasOutput = true
    const given = parsedArguments(item.arguments ?? '')
    return [{ kind: 'tool-call', call: { id, name: item.name ?? '', arguments: given } }]
  }

  function ended(event: Event): readonly LanguageModelPart[] {
    isDone = true
    const reason = event.response?.incomplete_details?.reason
    if (reason === 'content_filter')
      throw new ParleyError('provider_rejected', `${vendor} stopped the answer by its content filter.`)
    if (event.type === 'response.incomplete' && !hasOutput)
      throw new ParleyError('provider_rejected', `${vendor} ended before its first word (${reason}).`)
    if (event.type === 'response.incomplete') callIds.length = 0
    return usageOf(event.response)
  }

  return {
    get done() {
      return isDone
    },
    get responseId() {
      return responseId
    },
    callIds,
    read(data) {
      const event = eventOf(vendor, data)
      switch (event.type) {
        case 'response.output_text.delta':
        case 'response.refusal.delta':
          if (!event.delta) return nothing
          hasOutput = true
          return [{ kind: 'text', text: event.delta }]
        case 'response.created':
          responseId = event.response?.id
          return nothing
        case 'response.output_item.done':
          return event.item === undefined ? nothing : callOf(event.item)
        case 'response.completed':
        case 'response.incomplete':
          return ended(event)
        case 'response.failed':
          isDone = true
          throw streamError(vendor, { error: event.response?.error ?? 'the response failed' })
        case 'error':
          isDone = true
          throw streamError(vendor, event)
        default:
          // Imitators word some errors as chat completions do.
          if (event.type === undefined && 'error' in event) throw streamError(vendor, event)
          return nothing
      }
    },
    end() {
      if (!isDone) throw brokenOffError(vendor)
      return nothing
    },
  }
}

function eventOf(vendor: string, data: string): Event {
  let event: unknown
  try {
    event = JSON.parse(data)
  } catch (error) {
    throw garbageError(vendor, error)
  }
  if (typeof event !== 'object' || event === null) throw garbageError(vendor)
  return event as Event
}

function usageOf(response: Event['response']): readonly LanguageModelPart[] {
  const usage = response?.usage
  if (usage === undefined || usage === null) return nothing
  const cached = usage.input_tokens_details?.cached_tokens
  return [
    {
      kind: 'usage',
      inputTokens: usage.input_tokens ?? 0,
      outputTokens: usage.output_tokens ?? 0,
      ...(cached === undefined ? {} : { cachedTokens: cached }),
    },
  ]
}
