/**
 * One clause in a context of its own: everything is said at once, the close included, for a closed context still speaks
 * what it was given and then says that it is over. That is the only way to know where a clause ends. Times count from
 * the start of each message's sound.
 */

import { ParleyError, type SpeechRequest } from '@parley/core'
import type { ContextPool } from '../wire/context-pool.js'
import { pcmReader } from '../wire/pcm-bytes.js'
import type { SpeechRun } from '../wire/speech-run.js'
import { charWords } from './char-words.js'
import type { ElevenLabsTtsOptions } from './options.js'
import type { ElevenLabsTtsEvent } from './tts-events.js'
import { voiceSettings } from './voice-settings.js'

export interface SpeakInContextOptions {
  readonly pool: ContextPool<ElevenLabsTtsEvent>
  readonly path: string
  readonly id: string
  readonly options: ElevenLabsTtsOptions
  readonly request: SpeechRequest
  readonly speech: SpeechRun
}

/** Returns what calls it off. */
export function speakInContext(given: SpeakInContextOptions): (isLate: boolean) => void {
  const { pool, path, id, options, request, speech } = given
  const pcm = pcmReader()
  const words = charWords(speech, request.language)
  const line = pool.open(path, id, {
    onOpen: () => speech.opened(),
    onLost: error => speech.fail(error),
    onEvent({ bytes, chars, isFinal }) {
      const fromMs = speech.soundMs
      for (const { char, startMs, endMs } of chars) words.add(char, fromMs + startMs, fromMs + endMs)
      if (bytes.length > 0) speech.audio(pcm.read(bytes))
      if (!isFinal) return
      words.end()
      speech.end()
    },
  })
  const settings = voiceSettings(options, request.expression)
  const isSent = [
    { text: ' ', ...(settings === undefined ? {} : { voice_settings: settings }) },
    { text: `${request.text.trim()} `, flush: true },
    { close_context: true },
  ].every(message => line.send({ ...message, context_id: id }))
  if (!isSent) {
    line.release()
    speech.fail(new ParleyError('too_large', 'Too much waits to be sent to ElevenLabs.'))
  }
  return isLate => {
    line.send({ context_id: id, close_context: true })
    if (isLate) line.retire()
    line.release(true)
  }
}
