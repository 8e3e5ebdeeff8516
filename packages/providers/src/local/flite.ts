/** The embedded English voice: flite in WebAssembly, in a thread of its own, with the time of each word. */

import {
  type Clock,
  ParleyError,
  type SpeechPart,
  type SpeechRequest,
  systemClock,
  type TextToSpeech,
} from '@parley/core'
import { FLITE_RATE } from './flite-speak.js'
import { phraseShelf } from './phrase-shelf.js'
import { speakerOf } from './speaker.js'
import { spokenParts } from './spoken-parts.js'
import { startVoiceWorker } from './voice-worker.js'

export const fliteVoices = ['slt', 'rms', 'awb', 'kal16'] as const

export type FliteVoice = (typeof fliteVoices)[number]

export interface FliteOptions {
  /** Speaker when the request names none. Default `slt`. */
  readonly voice?: FliteVoice
  /** For the time limit. Default: the machine's. */
  readonly clock?: Clock
  /** Pieces of text that may wait for the voice; one more fails with `overloaded`. Default 256. */
  readonly mostWaiting?: number
  /** Longest time for one piece (a sentence of up to 200 characters) in ms. Default 15,000. */
  readonly pieceTimeoutMs?: number
}

/**
 * A voice in one thread, to be shared by all sessions. `speak` throws `voice_unavailable` for another language or an
 * unknown speaker, `voice_failed` (retryable) when the thread dies, `overloaded` when too much waits. Text without
 * anything to say makes no sound and no error.
 */
export function createFlite(options: FliteOptions = {}): TextToSpeech {
  const worker = startVoiceWorker({
    name: 'flite',
    url: new URL('./flite-worker.js', import.meta.url),
    clock: options.clock ?? systemClock,
    mostWaiting: options.mostWaiting ?? 256,
    pieceTimeoutMs: options.pieceTimeoutMs ?? 15_000,
  })
  const say = phraseShelf(worker.speak)
  return {
    name: 'flite',
    sampleRate: FLITE_RATE,
    languages: ['en', 'en-US'],
    async *speak(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<SpeechPart> {
      const speaker = speakerOf(voiceOf(request, options.voice ?? 'slt'), request.expression)
      yield* spokenParts({
        text: request.text,
        rate: FLITE_RATE,
        signal,
        speak: words => say(words, speaker, signal),
      })
    },
    async warm() {
      // The second time the compiler has seen all of it.
      for (const voice of [options.voice ?? 'slt', options.voice ?? 'slt']) {
        await worker.speak(['Hello,', 'how', 'can', 'I', 'help', 'you', 'today?'], { voice })
      }
    },
    close: () => worker.close(),
  }
}

function voiceOf({ language, voice }: SpeechRequest, fallback: FliteVoice): FliteVoice {
  if (!/^en(-|$)/i.test(language)) {
    const message = `Voice flite speaks English only, not "${language}"; install @parley/tts-espeak or set another voice.`
    throw new ParleyError('voice_unavailable', message)
  }
  const known = voice === undefined ? fallback : fliteVoices.find(each => each === voice)
  if (known === undefined) {
    const message = `Voice flite has no speaker "${voice}"; it has ${fliteVoices.join(', ')}.`
    throw new ParleyError('voice_unavailable', message)
  }
  return known
}
