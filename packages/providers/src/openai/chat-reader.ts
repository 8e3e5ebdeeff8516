/**
 * Reads the chunks of a chat completion, OpenAI's and those of its imitators: tool calls whole or in fragments, ids and
 * indexes missing, usage and `[DONE]` missing, thoughts in fields of their own (never given). An answer that ends
 * without a reason to finish has broken off.
 */

import { type LanguageModelPart, ParleyError } from '@parley/core'
import { areWhole, parsedArguments } from '../prompt/tool-arguments.js'
import { type AnswerReader, brokenOffError } from '../wire/event-answer.js'
import { garbageError } from '../wire/vendor-error.js'
import { streamError } from './stream-error.js'

export interface ChatReaderOptions {
  /** For people. */
  readonly vendor: string
  /** Makes ids for calls that come without one. */
  readonly newId: () => string
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: {
      readonly content?: string | null
      readonly refusal?: string | null
      readonly tool_calls?: readonly Fragment[] | null
    } | null
    readonly finish_reason?: string | null
  }[]
  readonly usage?: {
    readonly prompt_tokens?: number
    readonly completion_tokens?: number
    readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null
  } | null
  readonly error?: unknown
}

interface Fragment {
  readonly index?: number | null
  readonly id?: string | null
  readonly function?: { readonly name?: string | null; readonly arguments?: unknown } | null
}

interface OpenCall {
  readonly index: number
  readonly id: string
  readonly name: string
  arguments: string
}

const nothing: readonly LanguageModelPart[] = []

export function chatReader({ vendor, newId }: ChatReaderOptions): AnswerReader<LanguageModelPart> {
  const calls: OpenCall[] = []
  let finish: string | undefined
  let hasOutput = false
  let isDone = false

  function take({ index: given, id, function: called }: Fragment): void {
    const last = calls.at(-1)
    const index = given ?? (id || called?.name ? calls.length : (last?.index ?? 0))
    const written = called?.arguments
    const text = typeof written === 'string' ? written : written == null ? '' : JSON.stringify(written)
    const open = calls.findLast(call => call.index === index)
    if (open === undefined || isAnother(open, { id, name: called?.name }))
      calls.push({ index, id: id || `call_${newId()}`, name: called?.name ?? '', arguments: text })
    else open.arguments += text
  }

  /** The calls, but for a last one that was cut. */
  function flush(): LanguageModelPart[] {
    const whole = finish === 'length' ? calls.filter(call => areWhole(call.arguments)) : calls
    return whole.splice(0).map(({ id, name, arguments: text }) => ({
      kind: 'tool-call',
      call: { id, name, arguments: parsedArguments(text) },
    }))
  }

  function finished(reason: string): LanguageModelPart[] {
    finish = reason
    const parts = flush()
    if (reason === 'content_filter')
      throw new ParleyError('provider_rejected', `${vendor} stopped the answer by its content filter.`)
    if (reason === 'length' && !hasOutput && parts.length === 0)
      throw new ParleyError(
        'provider_rejected',
        `${vendor} used all tokens before its first word; allow more.`,
      )
    return parts
  }

  return {
    get done() {
      return isDone
    },
    read({ event, data }) {
      if (data === '[DONE]') {
        isDone = finish !== undefined
        if (!isDone) throw brokenOffError(vendor)
        return nothing
      }
      const chunk = chunkOf(vendor, data)
      if (event === 'error' || (chunk.error !== undefined && chunk.error !== null))
        throw streamError(vendor, chunk)
      const choice = chunk.choices?.[0]
      const text = choice?.delta?.content || choice?.delta?.refusal
      const fragments = choice?.delta?.tool_calls
      const parts: LanguageModelPart[] = []
      if (text) {
        hasOutput = true
        parts.push({ kind: 'text', text })
      }
      if (fragments) for (const fragment of fragments) take(fragment)
      if (choice?.finish_reason) parts.push(...finished(choice.finish_reason))
      if (chunk.usage) parts.push(usageOf(chunk.usage))
      return parts
    },
    end() {
      if (finish === undefined) throw brokenOffError(vendor)
      return nothing
    },
  }
}

/** Some give every call the same index: then another id, or a name after whole arguments, tells them apart. */
function isAnother(
  open: OpenCall,
  { id, name }: { readonly id?: string | null | undefined; readonly name?: string | null | undefined },
): boolean {
  if (id && id !== open.id) return true
  return Boolean(name) && !id && open.arguments !== '' && areWhole(open.arguments)
}

function chunkOf(vendor: string, data: string): Chunk {
  let chunk: unknown
  try {
    chunk = JSON.parse(data)
  } catch (error) {
    throw garbageError(vendor, error)
  }
  if (typeof chunk !== 'object' || chunk === null) throw garbageError(vendor)
  return chunk as Chunk
}

function usageOf(usage: NonNullable<Chunk['usage']>): LanguageModelPart {
  const cached = usage.prompt_tokens_details?.cached_tokens
  return {
    kind: 'usage',
    inputTokens: usage.prompt_tokens ?? 0,
    outputTokens: usage.completion_tokens ?? 0,
    ...(cached === undefined || cached === null ? {} : { cachedTokens: cached }),
  }
}
