/** The events of one response, the same for server-sent events and for a socket. */

import type { SimPrompt } from '../sim-brains.js'
import { awkwardPieces, simTokens } from '../sim-event-stream.js'
import type { SimPace } from '../sim-pace.js'
import type { SimFault } from '../vendor-sim.js'
import type { ResponsesBody, ResponsesItem } from './responses-prompt.js'
import type { TextMaking } from './text-making.js'

export interface ResponseJob {
  readonly making: TextMaking
  readonly body: ResponsesBody
  readonly prompt: SimPrompt
  readonly pace: SimPace
  readonly signal: AbortSignal
  send(event: Readonly<Record<string, unknown>>): void
}

export interface ResponseEnd {
  readonly fault?: SimFault
  readonly id: string
  /** What it added to the conversation. */
  readonly output: readonly ResponsesItem[]
}

type Item = Readonly<Record<string, unknown>>

/** Resolves when the response is complete, a fault struck it, or the client is gone. */
export async function answerResponse(job: ResponseJob): Promise<ResponseEnd> {
  const { making, body, prompt, pace, signal } = job
  const id = `resp_${making.newId()}`
  const items: Item[] = []
  let sequence = 0
  let text = ''
  let open: { readonly id: string; text: string } | undefined
  let tokens = 0
  const send = (type: string, fields: Item) => job.send({ type, sequence_number: sequence++, ...fields })
  const response = (status: string, more: Item = {}) => ({
    ...responseObject({ id, making, body, status }),
    output: items,
    output_text: text,
    ...more,
  })
  const padding = () =>
    body.stream_options?.include_obfuscation === false ? {} : { obfuscation: 'x'.repeat(1 + (sequence % 9)) }

  function begin(): void {
    if (sequence > 0) return
    send('response.created', { response: response('in_progress') })
    send('response.in_progress', { response: response('in_progress') })
  }

  function say(delta: string): void {
    if (open === undefined) {
      open = { id: `msg_${making.newId()}`, text: '' }
      send('response.output_item.added', {
        output_index: items.length,
        item: messageItem(open.id, 'in_progress', []),
      })
      send('response.content_part.added', { ...placeOf(open.id), part: textPart('') })
    }
    open.text += delta
    text += delta
    send('response.output_text.delta', { ...placeOf(open.id), delta, logprobs: [], ...padding() })
  }

  function placeOf(itemId: string): Item {
    return { item_id: itemId, output_index: items.length, content_index: 0 }
  }

  function shut(): void {
    if (open === undefined) return
    const { id: itemId, text: said } = open
    send('response.output_text.done', { ...placeOf(itemId), text: said, logprobs: [] })
    send('response.content_part.done', { ...placeOf(itemId), part: textPart(said) })
    const item = messageItem(itemId, 'completed', [textPart(said)])
    send('response.output_item.done', { output_index: items.length, item })
    items.push(item)
    open = undefined
  }

  function call(name: string, given: string): void {
    shut()
    const item = {
      type: 'function_call',
      id: `fc_${making.newId()}`,
      call_id: `call_${making.newId()}`,
      name,
    }
    const place = { item_id: item.id, output_index: items.length }
    send('response.output_item.added', {
      output_index: items.length,
      item: { ...item, arguments: '', status: 'in_progress' },
    })
    for (const delta of awkwardPieces(given, making.options.random))
      send('response.function_call_arguments.delta', { ...place, delta, ...padding() })
    send('response.function_call_arguments.done', { ...place, arguments: given })
    const done = { ...item, arguments: given, status: 'completed' }
    send('response.output_item.done', { output_index: items.length, item: done })
    items.push(done)
  }

  const most = body.max_output_tokens ?? Number.POSITIVE_INFINITY
  if (body.generate !== false)
    for await (const thought of making.options.brains.think(prompt)) {
      const fault = await pace.next(signal)
      if (signal.aborted) return { id, output: [] }
      if (fault !== undefined) return { fault, id, output: [] }
      if (tokens >= most) break
      tokens++
      begin()
      if (thought.kind === 'text') say(thought.text)
      else call(thought.name, thought.arguments)
    }
  begin()
  shut()
  const usage = usageOf(prompt, tokens)
  if (tokens >= most)
    send('response.incomplete', {
      response: response('incomplete', { usage, incomplete_details: { reason: 'max_output_tokens' } }),
    })
  else send('response.completed', { response: response('completed', { usage }) })
  return { id, output: items as readonly ResponsesItem[] }
}

function responseObject({
  id,
  making,
  body,
  status,
}: {
  readonly id: string
  readonly making: TextMaking
  readonly body: ResponsesBody
  readonly status: string
}): Item {
  return {
    id,
    object: 'response',
    created_at: making.createdS,
    status,
    access_programs: null,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    metadata: {},
    model: body.model,
    parallel_tool_calls: true,
    previous_response_id: body.previous_response_id ?? null,
    temperature: 1,
    tool_choice: 'auto',
    tools: body.tools ?? [],
    top_p: 1,
  }
}

function messageItem(id: string, status: string, content: readonly Item[]): Item {
  return { type: 'message', id, role: 'assistant', status, content }
}

function textPart(text: string): Item {
  return { type: 'output_text', text, annotations: [] }
}

function usageOf({ instructions, messages }: SimPrompt, tokens: number): Item {
  const input = simTokens(instructions + messages.map(({ text }) => text).join(''))
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + tokens,
  }
}
