/** The speech socket for one text: a single space first, an empty text last. */

import type { SimSocket } from '../sim-socket.js'
import type { ElevenLabsWorld } from './elevenlabs-world.js'
import { type Fields, socketManners } from './socket-manners.js'
import { type SpeechStream, speechStream } from './speech-stream.js'
import { type SpeechText, speechText } from './speech-text.js'
import { wrongSettings } from './voice-settings.js'

export function singleSocket(socket: SimSocket, world: ElevenLabsWorld): void {
  let begun: { readonly text: SpeechText; readonly stream: SpeechStream } | undefined
  let isOver = false
  const manners = socketManners(socket, world.options.clock, hear)
  if (manners === undefined) return
  const { query, refuse } = manners
  socket.signal.addEventListener('abort', () => begun?.stream.stop())

  function hear(fields: Fields): void {
    if (isOver) return refuse('text after the end')
    if (typeof fields.text !== 'string') return refuse('text is missing')
    if (begun === undefined) return begin(fields)
    if (fields.text === '') return finish(begun)
    if (fields.text === ' ' && fields.flush !== true) return
    if (!fields.text.endsWith(' ')) socket.complain(`a text should end with a space: ${fields.text}`)
    const now = begun.text.add(fields.text, fields.flush === true || fields.try_trigger_generation === true)
    if (now !== undefined) begun.stream.speak(now)
  }

  function begin(fields: Fields): void {
    if (fields.text !== ' ') return refuse('the first text must be a single space')
    const wrong = wrongSettings(fields.voice_settings)
    if (wrong !== undefined) return refuse(wrong)
    const { chunk_length_schedule: schedule } = (fields.generation_config ?? {}) as Fields
    begun = {
      text: speechText(query.isAuto, schedule as readonly number[] | undefined),
      stream: speechStream({ socket, world, query }, {}),
    }
  }

  function finish({ text, stream }: NonNullable<typeof begun>): void {
    isOver = true
    const rest = text.end()
    if (rest !== undefined) stream.speak(rest)
    stream.after(() => {
      socket.send(world.options.finals === 'with-audio' ? { audio: null, isFinal: true } : { isFinal: true })
      socket.close(1000)
    })
  }
}
