/** A provider of the AI SDK for the simulated chat completions, written as providers of vendors are. */

import type { LanguageModelV3, LanguageModelV3Prompt, LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { APICallError } from 'ai'
import { type ServerSentEvent, serverSentEvents } from '../wire/server-sent-events.js'

interface Settings {
  readonly apiKey: string
  readonly baseURL: string
}

interface Chunk {
  readonly error?: unknown
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number }
  readonly choices?: readonly {
    readonly delta: {
      readonly content?: string
      readonly tool_calls?: readonly {
        readonly id?: string
        readonly function: { readonly name: string; readonly arguments: string }
      }[]
    }
    readonly finish_reason: string | null
  }[]
}

export function createSim({ apiKey, baseURL }: Settings) {
  return {
    languageModel: (model: string): LanguageModelV3 => ({
      specificationVersion: 'v3',
      provider: 'sim',
      modelId: model,
      supportedUrls: {},
      doGenerate: () => Promise.reject(new Error('it only streams')),
      async doStream({ prompt, tools, abortSignal }: Parameters<LanguageModelV3['doStream']>[0]) {
        const functions = (tools ?? []).flatMap(tool =>
          tool.type === 'function'
            ? [{ type: 'function', function: { name: tool.name, parameters: tool.inputSchema } }]
            : [],
        )
        const response = await fetch(`${baseURL}/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            model,
            messages: messagesOf(prompt),
            stream: true,
            stream_options: { include_usage: true },
            ...(functions.length === 0 ? {} : { tools: functions }),
          }),
          ...(abortSignal === undefined ? {} : { signal: abortSignal }),
        })
        if (!response.ok) throw await refusal(response)
        const parts = partsOf(serverSentEvents(response.body ?? new ReadableStream()))
        return { stream: ReadableStream.from(parts) as ReadableStream<LanguageModelV3StreamPart> }
      },
    }),
  }
}

async function refusal(response: Response): Promise<APICallError> {
  const responseBody = await response.text()
  return new APICallError({
    message: response.statusText,
    url: response.url,
    requestBodyValues: {},
    statusCode: response.status,
    responseHeaders: Object.fromEntries(response.headers),
    responseBody,
  })
}

async function* partsOf(events: AsyncIterable<ServerSentEvent>): AsyncGenerator<LanguageModelV3StreamPart> {
  let raw: string | undefined
  let usage = { prompt_tokens: 0, completion_tokens: 0 }
  const calls: { id: string; name: string; input: string }[] = []
  yield { type: 'stream-start', warnings: [] }
  yield { type: 'text-start', id: 't' }
  for await (const { data } of events) {
    if (data === '[DONE]') break
    const chunk = JSON.parse(data) as Chunk
    if (chunk.error !== undefined) return yield { type: 'error', error: chunk.error }
    usage = chunk.usage ?? usage
    const [choice] = chunk.choices ?? []
    raw = choice?.finish_reason ?? raw
    if (choice?.delta.content) yield { type: 'text-delta', id: 't', delta: choice.delta.content }
    for (const { id, function: called } of choice?.delta.tool_calls ?? []) {
      if (id !== undefined) calls.push({ id, name: called.name, input: '' })
      const last = calls.at(-1)
      if (last !== undefined) last.input += called.arguments
    }
  }
  yield { type: 'text-end', id: 't' }
  for (const { id, name, input } of calls) yield { type: 'tool-call', toolCallId: id, toolName: name, input }
  yield {
    type: 'finish',
    finishReason: {
      unified: raw === undefined ? 'other' : raw === 'tool_calls' ? 'tool-calls' : 'stop',
      raw,
    },
    usage: {
      inputTokens: {
        total: usage.prompt_tokens,
        noCache: undefined,
        cacheRead: undefined,
        cacheWrite: undefined,
      },
      outputTokens: { total: usage.completion_tokens, text: undefined, reasoning: undefined },
    },
  }
}

function messagesOf(prompt: LanguageModelV3Prompt): object[] {
  return prompt.flatMap((message): object[] => {
    if (message.role === 'system') return [{ role: 'system', content: message.content }]
    if (message.role === 'tool')
      return message.content.flatMap(part =>
        part.type === 'tool-result'
          ? [
              {
                role: 'tool',
                tool_call_id: part.toolCallId,
                content: 'value' in part.output ? String(part.output.value) : '',
              },
            ]
          : [],
      )
    const text = message.content.flatMap(part => (part.type === 'text' ? [part.text] : [])).join('')
    const calls = message.content.flatMap(part =>
      part.type === 'tool-call'
        ? [
            {
              id: part.toolCallId,
              type: 'function',
              function: { name: part.toolName, arguments: JSON.stringify(part.input) },
            },
          ]
        : [],
    )
    return [{ role: message.role, content: text, ...(calls.length === 0 ? {} : { tool_calls: calls }) }]
  })
}
