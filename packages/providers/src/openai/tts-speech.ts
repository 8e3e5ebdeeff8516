/**
 * Speech by `POST /audio/speech`: a request for each clause, its sound as it streams in. OpenAI ends its own endpoint; the
 * servers that imitate it go on.
 */

import { prosodyOf, type SpeechPart, type SpeechRequest, type TextToSpeech } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { cutText } from '../wire/cut-text.js'
import { httpCall } from '../wire/http-call.js'
import { timedBody } from '../wire/timed-body.js'
import { isSpeakable, silentError } from '../wire/vendor-error.js'
import type { SpeechTtsOptions } from './audio-options.js'
import { bearer } from './bearer.js'
import { captionedSpeech, plainSpeech } from './speech-reply.js'
import { voiceField } from './voice-field.js'
import { voiceInstructions } from './voice-instructions.js'
import { warmHttp } from './warm-http.js'

export interface SpeechTtsSetup {
  readonly options: SpeechTtsOptions
  readonly context: VendorContext
  /** The server, for people. */
  readonly vendor: string
}

export function createSpeechTts({ options, context, vendor }: SpeechTtsSetup): TextToSpeech {
  const running = new Set<AbortController>()
  const isCaptioned = options.profile === 'kokoro' && options.wordTimes
  const path = isCaptioned ? `${context.baseUrl.replace(/\/v1$/, '')}/dev/captioned_speech` : '/audio/speech'

  function bodyOf(request: SpeechRequest, input: string): object {
    const { voice = options.voice, expression = {} } = request
    const speed = paceOf(options.takesInstructions ? (expression.speed ?? 1) : prosodyOf(expression).rate)
    const instructions = [options.instructions, voiceInstructions(expression)].filter(Boolean).join(' ')
    return {
      model: options.model,
      input,
      voice: options.profile === 'openai' ? voiceField(voice) : voice,
      response_format: 'pcm',
      ...(speed === 1 ? {} : { speed }),
      ...(options.takesInstructions && instructions !== '' ? { instructions } : {}),
      ...(options.profile === 'kokoro' ? { stream: true } : {}),
      ...(options.profile === 'kokoro' && options.langCode !== undefined
        ? { lang_code: options.langCode }
        : {}),
      ...(options.profile === 'speaches' ? { sample_rate: options.sampleRate } : {}),
      ...(options.sse ? { stream_format: 'sse' } : {}),
    }
  }

  async function* speakPiece(body: object, input: string, stop: AbortController): AsyncGenerator<SpeechPart> {
    const call = { vendor, path, headers: bearer, body, timeoutMs: options.firstTimeoutMs }
    const response = await httpCall(context, call, stop.signal)
    const reply = {
      vendor,
      sampleRate: options.sampleRate,
      contentType: response.headers.get('content-type') ?? '',
      body: timedBody(response, { vendor, clock: context.clock, idleTimeoutMs: options.idleTimeoutMs, stop }),
    }
    yield* isCaptioned ? captionedSpeech(reply, input) : plainSpeech(reply)
  }

  async function* speak(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<SpeechPart> {
    if (signal.aborted || request.text.trim() === '') return
    const stop = new AbortController()
    const abort = () => stop.abort()
    signal.addEventListener('abort', abort, { once: true })
    running.add(stop)
    let soundMs = 0
    let isDone = false
    try {
      for (const input of inputsOf(request.text, options.maxCharacters)) {
        const fromMs = soundMs
        for await (const part of speakPiece(bodyOf(request, input), input, stop)) {
          if (signal.aborted) return
          if (part.kind === 'audio') soundMs += (part.samples.length * 1000) / options.sampleRate
          yield part.kind === 'word'
            ? { ...part, startMs: part.startMs + fromMs, endMs: part.endMs + fromMs }
            : part
        }
        if (soundMs === fromMs && isSpeakable(input)) throw silentError(vendor)
      }
      isDone = true
      yield { kind: 'usage', characters: [...request.text].length }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      signal.removeEventListener('abort', abort)
      running.delete(stop)
      if (!isDone) stop.abort()
    }
  }

  return {
    name: options.profile === 'openai' ? 'openai-speech' : 'openai-compatible',
    sampleRate: options.sampleRate,
    languages: options.languages,
    speak,
    warm: () => warmHttp(context, vendor, options.firstTimeoutMs),
    async close() {
      for (const stop of running) stop.abort()
    },
  }
}

/** Servers take 0.25–4. */
function paceOf(rate: number): number {
  return Math.round(Math.min(4, Math.max(0.25, rate)) * 100) / 100
}

function inputsOf(text: string, most: number): readonly string[] {
  return cutText({ text, most, sizeOf: word => word.length })
}
