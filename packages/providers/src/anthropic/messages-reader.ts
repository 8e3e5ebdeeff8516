/**
 * Reads the events of one message. Thoughts, signatures and unknown blocks are never given; a tool call is given when its
 * block is complete, so that one that was cut is never run.
 */

import { type LanguageModelPart, ParleyError, type ToolCall } from '@parley/core'
import { parsedArguments } from '../prompt/tool-arguments.js'
import { type AnswerReader, brokenOffError } from '../wire/event-answer.js'
import { garbageError } from '../wire/vendor-error.js'
import { anthropicError } from './stream-error.js'

const vendor = 'Anthropic'

interface Usage {
  readonly input_tokens?: number | null
  readonly cache_creation_input_tokens?: number | null
  readonly cache_read_input_tokens?: number | null
  readonly output_tokens?: number | null
}

interface Event {
  readonly type?: string
  readonly index?: number
  readonly message?: { readonly usage?: Usage }
  readonly content_block?: {
    readonly type?: string
    readonly id?: string
    readonly name?: string
    readonly text?: string
    readonly input?: unknown
  }
  readonly delta?: {
    readonly type?: string
    readonly text?: string
    readonly partial_json?: string
    readonly stop_reason?: string | null
    readonly stop_details?: { readonly category?: string | null } | null
  }
  readonly usage?: Usage
}

interface OpenCall {
  readonly id: string
  readonly name: string
  readonly pieces: string[]
  /** What an imitator gives at once. */
  readonly given: unknown
}

const nothing: readonly LanguageModelPart[] = []

export function messagesReader(newId: () => string): AnswerReader<LanguageModelPart> {
  const calls = new Map<number, OpenCall>()
  /** Calls whose arguments are no JSON. */
  const doubtful: ToolCall[] = []
  let usage: Usage = {}
  let hasOutput = false
  let hasStopped = false
  let isDone = false

  function say(text: string | undefined): readonly LanguageModelPart[] {
    if (text === undefined || text === '') return nothing
    hasOutput = true
    return [{ kind: 'text', text }]
  }

  function begin({ index = 0, content_block: block }: Event): readonly LanguageModelPart[] {
    if (block?.type === 'text') return say(block.text)
    if (block?.type === 'tool_use')
      calls.set(index, {
        id: block.id ?? `toolu_${newId()}`,
        name: block.name ?? '',
        pieces: [],
        given: block.input,
      })
    return nothing
  }

  function complete(index: number): readonly LanguageModelPart[] {
    const call = calls.get(index)
    if (call === undefined) return nothing
    calls.delete(index)
    const text = call.pieces.length === 0 ? JSON.stringify(call.given ?? {}) : call.pieces.join('')
    const given = parsedArguments(text)
    const whole: ToolCall = { id: call.id, name: call.name, arguments: given }
    if (typeof given !== 'string') return called(whole)
    // The limit of tokens cuts within a call and still closes its block: why it is no JSON is told by the end.
    doubtful.push(whole)
    return nothing
  }

  function called(call: ToolCall): readonly LanguageModelPart[] {
    hasOutput = true
    return [{ kind: 'tool-call', call }]
  }

  function counted(more: Usage | undefined): readonly LanguageModelPart[] {
    if (more === undefined) return nothing
    usage = { ...usage, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== null)) }
    const cached = usage.cache_read_input_tokens ?? 0
    return [
      {
        kind: 'usage',
        inputTokens: (usage.input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0) + cached,
        outputTokens: usage.output_tokens ?? 0,
        cachedTokens: cached,
      },
    ]
  }

  function stopped({ delta }: Event): readonly LanguageModelPart[] {
    const reason = delta?.stop_reason
    if (reason === undefined || reason === null) return nothing
    hasStopped = true
    if (reason === 'refusal') {
      const category = delta?.stop_details?.category
      throw new ParleyError(
        'provider_rejected',
        `${vendor}'s model refused to answer${category ? ` (${category})` : ''}.`,
      )
    }
    if (reason === 'tool_use') return doubtful.splice(0).flatMap(called)
    if (hasOutput) return nothing
    if (reason === 'max_tokens' || reason === 'model_context_window_exceeded')
      throw new ParleyError('provider_rejected', `${vendor} ended before the first word (${reason}).`)
    return nothing
  }

  return {
    get done() {
      return isDone
    },
    read({ data }) {
      const event = eventOf(data)
      switch (event.type) {
        case 'content_block_delta':
          if (event.delta?.type === 'text_delta') return say(event.delta.text)
          if (event.delta?.type === 'input_json_delta')
            calls.get(event.index ?? 0)?.pieces.push(event.delta.partial_json ?? '')
          return nothing
        case 'content_block_start':
          return begin(event)
        case 'content_block_stop':
          return complete(event.index ?? 0)
        case 'message_start':
          return counted(event.message?.usage)
        case 'message_delta':
          return [...stopped(event), ...counted(event.usage)]
        case 'message_stop':
          isDone = true
          return nothing
        case 'error':
          throw anthropicError(event)
        default:
          return nothing
      }
    },
    end() {
      if (!hasStopped) throw brokenOffError(vendor)
      return nothing
    },
  }
}

function eventOf(data: string): Event {
  let event: unknown
  try {
    event = JSON.parse(data)
  } catch (error) {
    throw garbageError(vendor, error)
  }
  if (typeof event !== 'object' || event === null) throw garbageError(vendor)
  return event as Event
}
