/**
 * Speech over the one socket that all conversations share. Clauses of one reply go through one context, as long as it
 * stays open, so that the voice carries its melody; each clause ends with the answer to its own flush. A context speaks
 * one clause at a time: whoever comes while it is busy gets another.
 */

import type { SpeechRequest, TextToSpeech } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { contextPool } from '../wire/context-pool.js'
import { primaryLanguage } from '../wire/primary-language.js'
import { speechRun } from '../wire/speech-run.js'
import { generationConfig } from './expression.js'
import { cartesiaHeaders } from './headers.js'
import { keptContexts } from './kept-contexts.js'
import type { CartesiaTtsOptions } from './options.js'
import { speechContext } from './speech-context.js'
import { type CartesiaTtsEvent, readTtsMessage } from './tts-events.js'

const PATH = '/tts/websocket'

export function cartesiaTts(options: CartesiaTtsOptions, context: VendorContext): TextToSpeech {
  const { sampleRate } = options
  const pool = contextPool<CartesiaTtsEvent>(context, {
    vendor: 'Cartesia',
    headers: cartesiaHeaders(options.version),
    connectTimeoutMs: options.connectTimeoutMs,
    idleMs: options.idleMs,
    read: readTtsMessage,
  })
  const kept = keptContexts({
    clock: context.clock,
    most: options.keptContexts,
    keepMs: options.keptContextMs,
  })

  return {
    name: 'cartesia',
    sampleRate,
    languages: options.languages,
    speak(request, signal) {
      const run = {
        vendor: 'Cartesia',
        clock: context.clock,
        text: request.text,
        rate: sampleRate,
        wordsWaitMs: options.wordTimes ? options.wordsWaitMs : 0,
        firstOutputMs: options.firstOutputMs,
        gapMs: options.gapMs,
      }
      const fields = fixedFields(options, request)
      const name =
        request.reply === undefined || options.keptContexts === 0
          ? undefined
          : JSON.stringify([request.reply, fields])
      return speechRun(run, signal, speech => {
        const found = name === undefined ? undefined : kept.take(name)
        const line =
          found ??
          speechContext({ pool, path: PATH, id: context.newId(), fields, isKept: name !== undefined })
        return line.speak(request.text, speech, () => {
          if (name !== undefined) kept.put(name, line)
        })
      })
    },
    async warm() {
      pool.warm(PATH)
    },
    async close() {
      kept.close()
      pool.close()
    },
  }
}

/** What must be the same in everything said in one context. */
function fixedFields(options: CartesiaTtsOptions, request: SpeechRequest): Readonly<Record<string, unknown>> {
  const voice = request.voice ?? options.voice
  const config = options.expressive ? generationConfig(request.expression ?? {}, options.volume) : undefined
  return {
    model_id: options.model,
    voice: options.version < '2026-08-14' ? { mode: 'id', id: voice } : voice,
    language: primaryLanguage(request.language),
    output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: options.sampleRate },
    // Whole clauses are sent, so there is nothing to wait for.
    max_buffer_delay_ms: 0,
    add_timestamps: options.wordTimes,
    ...(options.phoneTimes ? { add_phoneme_timestamps: true } : {}),
    use_normalized_timestamps: false,
    ...(config === undefined ? {} : { generation_config: config }),
    ...(options.pronunciationDictionary === undefined
      ? {}
      : { pronunciation_dict_id: options.pronunciationDictionary }),
  }
}
