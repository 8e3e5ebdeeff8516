/** The speech socket with contexts: each begins with a single space, has its own text, and ends only when it is told. */

import type { SimSocket } from '../sim-socket.js'
import type { ElevenLabsWorld } from './elevenlabs-world.js'
import { type Fields, socketManners } from './socket-manners.js'
import { type SpeechStream, speechStream } from './speech-stream.js'
import { type SpeechText, speechText } from './speech-text.js'
import { wrongSettings } from './voice-settings.js'

interface Context {
  readonly text: SpeechText
  readonly stream: SpeechStream
  isClosing: boolean
}

export function multiSocket(socket: SimSocket, world: ElevenLabsWorld): void {
  const contexts = new Map<string, Context>()
  const most = world.options.contexts ?? 5
  const manners = socketManners(socket, world.options.clock, hear)
  if (manners === undefined) return
  const { query, refuse } = manners
  socket.signal.addEventListener('abort', () => {
    for (const { stream } of contexts.values()) stream.stop()
  })

  function hear(fields: Fields): void {
    if (fields.close_socket === true) {
      for (const [id, context] of contexts) finish(id, context)
      return
    }
    const id = typeof fields.context_id === 'string' ? fields.context_id : undefined
    if (id === undefined) {
      if (fields.text !== '') refuse('context_id is missing')
      return
    }
    const context = contexts.get(id)
    if (context === undefined) return begin(id, fields)
    if (fields.close_context === true) return finish(id, context)
    if (context.isClosing) return refuse(`context ${id} is closed`)
    if (fields.voice_settings !== undefined) return refuse('voice_settings come with the first message only')
    if (fields.text === '' && fields.flush !== true) return
    const text = String(fields.text ?? '')
    if (text !== '' && !text.endsWith(' ')) socket.complain(`a text should end with a space: ${text}`)
    say(context, context.text.add(text, fields.flush === true))
  }

  function begin(id: string, fields: Fields): void {
    // Closing or keeping alive what is over is harmless.
    if (fields.close_context === true || fields.text === '') return
    if (fields.text !== ' ') return refuse('the first text of a context must be a single space')
    const wrong = wrongSettings(fields.voice_settings)
    if (wrong !== undefined) return refuse(wrong)
    if (contexts.size >= most)
      return refuse(`Maximum simultaneous contexts exceeded (${most})`, 'max_active_conversations')
    const { chunk_length_schedule: schedule } = (fields.generation_config ?? {}) as Fields
    contexts.set(id, {
      text: speechText(query.isAuto, schedule as readonly number[] | undefined),
      stream: speechStream({ socket, world, query }, { contextId: id }),
      isClosing: false,
    })
  }

  function finish(id: string, context: Context): void {
    if (context.isClosing) return
    context.isClosing = true
    say(context, context.text.end())
    context.stream.after(() => {
      contexts.delete(id)
      socket.send(
        world.options.finals === 'with-audio'
          ? { audio: null, isFinal: true, contextId: id }
          : { isFinal: true, contextId: id },
      )
    })
  }

  function say({ stream }: Context, text: string | undefined): void {
    if (text !== undefined) stream.speak(text)
  }
}
