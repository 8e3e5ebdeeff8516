/** The realtime recogniser with commits of our own: the gateway knows where speech ends. */

import type { SpeechToText, SttOptions } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { openHearing } from '../wire/hearing.js'
import { primaryLanguage } from '../wire/primary-language.js'
import { garbageError } from '../wire/vendor-error.js'
import { elevenLabsHeaders } from './headers.js'
import type { ElevenLabsSttOptions } from './options.js'
import { scribeEar } from './scribe-ear.js'
import { readScribeMessage, type ScribeMessage } from './stt-messages.js'
import { elevenLabsError } from './tts-events.js'

/** Errors that a session lives through. */
const survived = new Set(['commit_throttled', 'insufficient_audio_activity'])

export function elevenLabsStt(options: ElevenLabsSttOptions, context: VendorContext): SpeechToText {
  const { sampleRate } = options
  return {
    name: 'elevenlabs',
    sampleRate,
    open(stt) {
      let onMessage: (message: ScribeMessage) => void = () => {}
      const hearing = openHearing(context, {
        vendor: 'ElevenLabs',
        path: pathOf(options, stt),
        headers: elevenLabsHeaders,
        connectTimeoutMs: options.connectTimeoutMs,
        finishTimeoutMs: options.finishTimeoutMs,
        pieceMs: options.pieceMs,
        sampleRate,
        encode: bytes => audioChunk(bytes, sampleRate, false),
        emit: event => stt.onEvent(event),
        onText(text) {
          const message = readScribeMessage(text)
          if (message === undefined) return hearing.lose(garbageError('ElevenLabs'))
          if (typeof message.error === 'string' && !survived.has(message.message_type))
            return hearing.lose(elevenLabsError(message.message_type, message.error))
          hearing.fine()
          onMessage(message)
        },
      })
      const ear = scribeEar({
        hearing,
        sampleRate,
        hasWords: options.wordTimes,
        leastCommitMs: options.leastCommitMs,
        silentCommitMs: options.silentCommitMs,
        commit: () => audioChunk(Buffer.alloc(0), sampleRate, true),
      })
      onMessage = ear.onMessage
      return ear.stream
    },
    async close() {},
  }
}

function audioChunk(bytes: Buffer, sampleRate: number, commit: boolean): string {
  return JSON.stringify({
    message_type: 'input_audio_chunk',
    audio_base_64: bytes.toString('base64'),
    commit,
    sample_rate: sampleRate,
  })
}

function pathOf(options: ElevenLabsSttOptions, { language }: SttOptions): string {
  const query = new URLSearchParams({
    model_id: options.model,
    audio_format: `pcm_${options.sampleRate}`,
    commit_strategy: 'manual',
    include_timestamps: String(options.wordTimes),
  })
  if (options.languageCodes) query.set('language_code', primaryLanguage(language))
  for (const term of options.keyterms) query.append('keyterms', term)
  if (options.noVerbatim !== undefined) query.set('no_verbatim', String(options.noVerbatim))
  if (options.logging !== undefined) query.set('enable_logging', String(options.logging))
  return `/v1/speech-to-text/realtime?${query}`
}
