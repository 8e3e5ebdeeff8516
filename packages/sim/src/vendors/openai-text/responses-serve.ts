/**
 * `/v1/responses` both ways: a request with server-sent events, or a socket. Responses that are stored can be gone on
 * from anywhere, others only on the socket that made them.
 */

import { simEventStream } from '../sim-event-stream.js'
import type { SimExchange } from '../sim-exchange.js'
import type { SimSocket } from '../sim-socket.js'
import { answerResponse, type ResponseEnd } from './responses-answer.js'
import { itemsOf, type ResponsesBody, type ResponsesItem, responsesPrompt } from './responses-prompt.js'
import { errorOfFault, type TextError, textError, textErrorBody } from './text-errors.js'
import type { TextMaking } from './text-making.js'

/** Conversations by the response they end with. */
type Kept = Map<string, readonly ResponsesItem[]>

export function responsesServer(making: TextMaking, forgets: boolean) {
  const stored: Kept = new Map()
  const complain = (sentence: string) => making.server().log.complain(`/responses: ${sentence}`)

  async function onRequest(exchange: SimExchange): Promise<void> {
    const body = exchange.json() as ResponsesBody | undefined
    if (body === undefined) return
    const refuse = (error: TextError) =>
      exchange.reply(error.status, textErrorBody(error, making.quirks), making.headers())
    const asked = askedOf(body, stored)
    if ('status' in asked) return refuse(asked)
    if (body.stream !== true) return refuse(textError(400, 'this simulator only streams'))
    const stream = simEventStream(exchange, making.headers())
    const end = await answerResponse({
      making,
      body,
      prompt: asked.prompt,
      pace: making.server().temper.pace(),
      signal: exchange.signal,
      send: event => stream.event(event, String(event.type)),
    })
    if (end.fault !== undefined) {
      const { code, message } = errorOfFault(end.fault.kind)
      return stream.fail(end.fault, {
        message: {
          type: 'error',
          code: code ?? 'server_error',
          message,
          param: null,
          sequence_number: 1_000,
        },
        name: 'error',
      })
    }
    if (body.store !== false && !forgets) stored.set(end.id, [...asked.items, ...end.output])
    stream.end()
  }

  function onSocket(socket: SimSocket): void {
    const own: Kept = new Map()
    const running = new Set<string>()
    const refuse = (error: TextError, body?: ResponsesBody) =>
      socket.send({
        type: 'error',
        status: error.status,
        error: { code: error.code, message: error.message, param: error.param ?? null, type: error.type },
        ...(body?.stream_id === undefined ? {} : { stream_id: body.stream_id }),
      })

    async function create(body: ResponsesBody): Promise<void> {
      const line = body.stream_id ?? ''
      if (running.has(line)) {
        complain('a response is running already on this socket')
        return refuse(textError(400, 'Another response is in progress.'), body)
      }
      if (body.background === true) return refuse(textError(400, "'background' is not supported here."), body)
      const asked = askedOf(body, new Map([...stored, ...own]))
      if ('status' in asked) return refuse(asked, body)
      running.add(line)
      const end = await answerResponse({
        making,
        body,
        prompt: asked.prompt,
        pace: making.server().temper.pace(),
        signal: socket.signal,
        send: event =>
          socket.send(body.stream_id === undefined ? event : { ...event, stream_id: body.stream_id }),
      })
      running.delete(line)
      if (end.fault !== undefined) return strike(end, body)
      const items = [...asked.items, ...end.output]
      own.clear()
      if (forgets) return
      own.set(end.id, items)
      if (body.store !== false) stored.set(end.id, items)
    }

    function strike({ fault }: ResponseEnd, body: ResponsesBody): void {
      if (fault === undefined || fault.kind === 'hang' || socket.fail(fault)) return
      refuse(errorOfFault(fault.kind), body)
      if (fault.kind === 'expired' || fault.kind === 'unauthorised') socket.close(1000)
    }

    socket.raw.on('message', (data: Buffer, isBinary: boolean) => {
      const message = isBinary ? undefined : parsed(data.toString('utf8'))
      if (message === undefined) {
        complain('a message is no JSON')
        return refuse(textError(400, 'We could not parse the message.'))
      }
      socket.receive(message)
      const { type } = message as { readonly type?: string }
      if (type === 'response.create') return void create(message as ResponsesBody)
      complain(`unknown type ${type}`)
      refuse(textError(400, `Unknown event type: ${type}`))
    })
  }

  function askedOf(body: ResponsesBody, kept: Kept) {
    const before = body.previous_response_id == null ? [] : kept.get(body.previous_response_id)
    if (before === undefined)
      return textError(400, `Previous response with id '${body.previous_response_id}' not found.`, {
        code: 'previous_response_not_found',
        param: 'previous_response_id',
      })
    const fresh = itemsOf(body.input)
    const items = typeof fresh === 'string' ? [] : [...before, ...fresh]
    const prompt = typeof fresh === 'string' ? fresh : responsesPrompt(body, items)
    if (typeof prompt !== 'string') return { prompt, items }
    complain(prompt)
    return textError(400, prompt)
  }

  return { onRequest, onSocket }
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
