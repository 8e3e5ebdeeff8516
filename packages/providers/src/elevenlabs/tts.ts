/** Speech of ElevenLabs: over sockets with contexts, or over HTTP for models that have none. */

import type { SpeechRequest, TextToSpeech } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { contextPool } from '../wire/context-pool.js'
import { primaryLanguage } from '../wire/primary-language.js'
import { type SpeechRunOptions, speechRun } from '../wire/speech-run.js'
import { elevenLabsHeaders } from './headers.js'
import type { ElevenLabsTtsOptions } from './options.js'
import { speakInContext } from './speak-in-context.js'
import { speakOverHttp } from './speak-over-http.js'
import { type ElevenLabsTtsEvent, readTtsMessage } from './tts-events.js'

/** What the vendor allows on one socket. */
const CONTEXTS = 5

export function elevenLabsTts(options: ElevenLabsTtsOptions, context: VendorContext): TextToSpeech {
  const { sampleRate } = options
  const isHttp = options.transport === 'http'
  const pool = contextPool<ElevenLabsTtsEvent>(context, {
    vendor: 'ElevenLabs',
    headers: elevenLabsHeaders,
    connectTimeoutMs: options.connectTimeoutMs,
    mostContexts: CONTEXTS,
    idleMs: options.idleMs,
    keepAlive: {
      everyMs: options.inactivityTimeoutS * 500,
      // Every context is closed as soon as it has its text, so none is named.
      message: () => ({ text: '' }),
    },
    read: readTtsMessage,
  })

  return {
    name: 'elevenlabs',
    sampleRate,
    languages: options.languages,
    speak(request, signal) {
      const run: SpeechRunOptions = {
        vendor: 'ElevenLabs',
        clock: context.clock,
        text: request.text,
        rate: sampleRate,
        wordsWaitMs: options.wordTimes ? options.wordsWaitMs : 0,
        firstOutputMs: options.firstOutputMs,
        gapMs: options.gapMs,
      }
      return speechRun(run, signal, speech =>
        isHttp
          ? speakOverHttp({ context, options, request, speech })
          : speakInContext({
              pool,
              path: pathFor(options, request),
              id: context.newId(),
              options,
              request,
              speech,
            }),
      )
    },
    async warm() {
      // The language is part of the address, so what is warmed is the first that is named.
      const language = options.languages.find(each => each !== '*')
      if (!isHttp && (language !== undefined || !options.languageCodes))
        pool.warm(pathFor(options, { language: language ?? '' }))
    },
    async close() {
      pool.close()
    },
  }
}

/** A socket is for one voice and language. */
function pathFor(
  options: ElevenLabsTtsOptions,
  { voice = options.voice, language }: Pick<SpeechRequest, 'voice' | 'language'>,
): string {
  const query = new URLSearchParams({
    model_id: options.model,
    output_format: `pcm_${options.sampleRate}`,
    inactivity_timeout: String(options.inactivityTimeoutS),
    // Whole clauses are sent, so there is nothing to wait for.
    auto_mode: 'true',
    sync_alignment: String(options.wordTimes),
  })
  if (options.languageCodes) query.set('language_code', primaryLanguage(language))
  if (options.textNormalization !== undefined)
    query.set('apply_text_normalization', options.textNormalization)
  if (options.logging !== undefined) query.set('enable_logging', String(options.logging))
  return `/v1/text-to-speech/${encodeURIComponent(voice)}/multi-stream-input?${query}`
}
