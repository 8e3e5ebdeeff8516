/** Answers `POST /v1/chat/completions`, streamed or whole, as OpenAI or one of its imitators does. */

import type { SimThought } from '../sim-brains.js'
import { awkwardPieces, simEventStream, simTokens } from '../sim-event-stream.js'
import type { SimExchange } from '../sim-exchange.js'
import { type ChatAsked, chatAsked } from './chat-prompt.js'
import { errorOfFault, textError, textErrorBody } from './text-errors.js'
import type { TextMaking } from './text-making.js'

type Delta = Readonly<Record<string, unknown>>

export async function answerChat(making: TextMaking, exchange: SimExchange): Promise<void> {
  const { quirks, options, server } = making
  const body = exchange.json()
  if (body === undefined) return
  const asked = chatAsked(body, making.profile)
  if (typeof asked === 'string') {
    server().log.complain(`/chat/completions: ${asked}`)
    return exchange.reply(400, textErrorBody(textError(400, asked), quirks), making.headers())
  }
  if (!asked.stream) return whole(making, exchange, asked)
  const stream = simEventStream(exchange, making.headers())
  const pace = server().temper.pace()
  const head = {
    id: `chatcmpl-${making.newId()}`,
    object: 'chat.completion.chunk',
    created: making.createdS,
    model: asked.prompt.model,
    ...quirks.extra,
  }
  const send = (delta: Delta, finish: string | null = null) =>
    stream.event({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(asked.wantsPadding ? { obfuscation: 'x'.repeat(1 + Math.floor(options.random() * 12)) } : {}),
    })
  const talk = talker(making, send)
  let tokens = 0
  for await (const thought of options.brains.think(asked.prompt)) {
    const fault = await pace.next(exchange.signal)
    if (exchange.signal.aborted) return
    if (fault !== undefined)
      return stream.fail(fault, { message: textErrorBody(errorOfFault(fault.kind), quirks) })
    if (tokens >= asked.maxTokens) break
    tokens++
    talk.say(thought)
  }
  talk.begin()
  send({}, tokens >= asked.maxTokens ? 'length' : talk.calls() > 0 ? 'tool_calls' : 'stop')
  if (asked.wantsUsage && quirks.usage)
    stream.event({ ...head, choices: [], usage: usageOf(asked, tokens + talk.calls()) })
  if (quirks.done) stream.text('[DONE]')
  stream.end()
}

/** Sends thoughts as deltas, the first behind the role and, of a reasoning model, what it thinks. */
function talker({ quirks, reasons, options, newId }: TextMaking, send: (delta: Delta) => void) {
  let calls = 0
  let hasBegun = false

  function begin(): void {
    if (hasBegun) return
    hasBegun = true
    send({ role: 'assistant', content: '' })
    if (!reasons || quirks.reasoning === 'none') return
    const thoughts = ['The caller ', 'wants something. ', 'I must not say this aloud.']
    if (quirks.reasoning === 'tags')
      for (const piece of ['<thi', 'nk>', ...thoughts, '</thi', 'nk>\n\n']) send({ content: piece })
    else for (const thought of thoughts) send({ [quirks.reasoning]: thought })
  }

  return {
    begin,
    calls: () => calls,
    say(thought: SimThought): void {
      begin()
      if (thought.kind === 'text') return send({ content: thought.text })
      const index = quirks.sameIndex ? 0 : calls
      calls++
      const id = quirks.callIds ? { id: `call_${newId()}` } : {}
      const open = (text: string) => ({
        index,
        ...id,
        type: 'function',
        function: { name: thought.name, arguments: text },
      })
      if (quirks.wholeCalls) return send({ tool_calls: [open(thought.arguments)] })
      send({ tool_calls: [open('')] })
      for (const piece of awkwardPieces(thought.arguments, options.random))
        send({ tool_calls: [{ index, function: { arguments: piece } }] })
    },
  }
}

async function whole(making: TextMaking, exchange: SimExchange, asked: ChatAsked): Promise<void> {
  const fault = await making.server().temper.pace().next(exchange.signal)
  if (fault !== undefined) return exchange.fail(fault)
  let text = ''
  let tokens = 0
  for await (const thought of making.options.brains.think(asked.prompt)) {
    if (tokens >= asked.maxTokens) break
    tokens++
    if (thought.kind === 'text') text += thought.text
  }
  exchange.reply(
    200,
    {
      id: `chatcmpl-${making.newId()}`,
      object: 'chat.completion',
      created: making.createdS,
      model: asked.prompt.model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: text, refusal: null },
          logprobs: null,
          finish_reason: tokens >= asked.maxTokens ? 'length' : 'stop',
        },
      ],
      usage: usageOf(asked, tokens),
    },
    making.headers(),
  )
}

function usageOf({ prompt }: ChatAsked, tokens: number) {
  const input = simTokens(prompt.instructions + prompt.messages.map(({ text }) => text).join(''))
  return {
    prompt_tokens: input,
    completion_tokens: tokens,
    total_tokens: input + tokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  }
}
