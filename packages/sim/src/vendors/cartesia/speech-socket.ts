/** The speech socket: finds the context of each message, holds clients to the rules, and closes when nothing is said. */

import type { SimSocket } from '../sim-socket.js'
import { type CartesiaWorld, errorBody } from './cartesia-world.js'
import { type SpeechContext, speechContext } from './speech-context.js'
import { readSpeechMessage } from './speech-request.js'

export function speechSocket(socket: SimSocket, world: CartesiaWorld): void {
  const { options } = world
  const contexts = new Map<string, SpeechContext>()
  const version =
    socket.url.searchParams.get('cartesia_version') ?? String(socket.request.headers['cartesia-version'])
  let cancelIdle = () => {}

  function touch(): void {
    cancelIdle()
    if (socket.signal.aborted) return
    cancelIdle = options.clock.after(options.idleMs ?? 300_000, () =>
      socket.close(options.idleCloseCode ?? 1000, 'idle'),
    )
  }

  function refuse(sentence: string, contextId?: string, status = 400): void {
    socket.complain(`/tts/websocket: ${sentence}`)
    socket.send({
      type: 'error',
      ...(contextId === undefined ? {} : { context_id: contextId }),
      ...errorBody(status, sentence),
      done: true,
    })
  }

  function hear(text: string): void {
    touch()
    let fields: Record<string, unknown>
    try {
      fields = JSON.parse(text)
    } catch {
      return refuse('the message is no JSON')
    }
    socket.receive(fields)
    const id = typeof fields.context_id === 'string' ? fields.context_id : undefined
    if (fields.cancel === true) {
      if (id === undefined) return refuse('context_id is missing')
      return contexts.get(id)?.cancel()
    }
    const message = readSpeechMessage(fields, version)
    if (typeof message === 'string') return refuse(message, id)
    let context = contexts.get(message.contextId)
    if (context?.isOver === true) context = undefined
    if (context !== undefined && context.fixed !== message.fixed)
      return refuse('only transcript, continue and flush may change within a context', id)
    if (context === undefined) {
      if (message.transcript === '' && !message.isContinued) return
      if (world.contexts >= (options.contexts ?? 15)) {
        return refuse('Too many concurrent contexts', id, 429)
      }
      world.contexts++
      context = speechContext({
        socket,
        world,
        first: message,
        touch,
        onEnd: ended => {
          world.contexts--
          if (contexts.get(message.contextId) === ended) contexts.delete(message.contextId)
        },
      })
      contexts.set(message.contextId, context)
    }
    context.say(message)
  }

  touch()
  socket.raw.on('message', (data: Buffer, isBinary: boolean) =>
    isBinary ? refuse('binary messages mean nothing here') : hear(data.toString('utf8')),
  )
  socket.signal.addEventListener('abort', () => {
    cancelIdle()
    for (const context of [...contexts.values()]) context.drop()
  })
}
