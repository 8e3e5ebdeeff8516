/** espeak-ng as a voice of Parley: any of its languages, in a thread of its own, with the time of each word. */

import {
  type Clock,
  ParleyError,
  prosodyOf,
  type SpeechPart,
  type SpeechRequest,
  systemClock,
  type TextToSpeech,
} from '@parley/core'
import { espeakManner } from './espeak-manner.js'
import { espeakLanguages, voiceForLanguage } from './languages.js'
import { ESPEAK_RATE } from './speak-piece.js'
import { spokenParts } from './spoken-parts.js'
import { startVoiceThread } from './voice-thread.js'

export interface EspeakOptions {
  /** Speaking rate, 80–450 words a minute. Default 160. */
  readonly wordsPerMinute?: number
  /** For the time limit. Default: the machine's. */
  readonly clock?: Clock
  /** Pieces of text that may wait for the voice; one more fails with `overloaded`. Default 256. */
  readonly mostWaiting?: number
  /** Longest time for one piece (a sentence of up to 300 characters) in ms. Default 15,000. */
  readonly pieceTimeoutMs?: number
}

/**
 * A voice in one thread, to be shared by all sessions. The language of a request chooses among its voices; `voice` names
 * another one (`en-us`) or a variant of it (`+f2`). `speak` throws `voice_unavailable` for a language or voice it does
 * not have, `voice_failed` (retryable) when the thread dies, `overloaded` when too much waits. Text without anything to
 * say makes no sound and no error.
 */
export function createEspeak(options: EspeakOptions = {}): TextToSpeech {
  const thread = startVoiceThread({
    clock: options.clock ?? systemClock,
    mostWaiting: options.mostWaiting ?? 256,
    pieceTimeoutMs: options.pieceTimeoutMs ?? 15_000,
  })
  const wordsPerMinute = options.wordsPerMinute ?? 160
  return {
    name: 'espeak-ng',
    sampleRate: ESPEAK_RATE,
    languages: espeakLanguages,
    async *speak(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<SpeechPart> {
      const voice = voiceOf(request)
      const manner = espeakManner(wordsPerMinute, prosodyOf(request.expression ?? {}))
      yield* spokenParts(request.text, signal, words => thread.speak({ words, voice, manner }, signal))
    },
    async warm() {
      for (const voice of ['es', 'en'])
        await thread.speak({
          words: ['Hola,', 'hello.'],
          voice,
          manner: espeakManner(wordsPerMinute, prosodyOf({})),
        })
    },
    close: () => thread.close(),
  }
}

/** A name of espeak-ng: no path and nothing else that it would look up as a file. */
const voiceName = /^[a-z0-9-]*(\+[a-z0-9]+)?$/i

function voiceOf({ language, voice = '' }: SpeechRequest): string {
  const spoken = voiceForLanguage(language)
  if (spoken === undefined) {
    const message = `Voice espeak-ng does not speak "${language}"; README.md of @parley/tts-espeak lists its languages.`
    throw new ParleyError('voice_unavailable', message)
  }
  if (!voiceName.test(voice)) {
    const message = `Voice espeak-ng has no speaker "${voice}"; name a language such as en-us, or a variant such as +f2.`
    throw new ParleyError('voice_unavailable', message)
  }
  return voice === '' || voice.startsWith('+') ? `${spoken}${voice}` : voice
}
