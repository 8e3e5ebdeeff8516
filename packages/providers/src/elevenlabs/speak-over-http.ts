/**
 * One clause over HTTP, with times of characters or as plain sound. Whether times go on through the answer or begin
 * anew with each line is not documented: a line that goes back begins anew.
 */

import { ParleyError, type SpeechRequest } from '@parley/core'
import { z } from 'zod'
import type { VendorContext } from '../vendor.js'
import { httpCall } from '../wire/http-call.js'
import { jsonLines } from '../wire/json-lines.js'
import { pcmReader } from '../wire/pcm-bytes.js'
import { primaryLanguage } from '../wire/primary-language.js'
import type { SpeechRun } from '../wire/speech-run.js'
import { garbageError } from '../wire/vendor-error.js'
import { charWords } from './char-words.js'
import { elevenLabsHeaders } from './headers.js'
import type { ElevenLabsTtsOptions } from './options.js'
import { voiceSettings } from './voice-settings.js'

export interface SpeakOverHttpOptions {
  readonly context: VendorContext
  readonly options: ElevenLabsTtsOptions
  readonly request: SpeechRequest
  readonly speech: SpeechRun
}

const line = z.object({
  audio_base64: z.string().nullish(),
  alignment: z
    .object({
      characters: z.array(z.string()),
      character_start_times_seconds: z.array(z.number()),
      character_end_times_seconds: z.array(z.number()),
    })
    .nullish(),
})

/** Times of one line may begin this much before the last ended, ms. */
const OVERLAP_MS = 50
/** Share of the characters that may come without a time before the answer counts as cut short. */
const MISSING_SHARE = 0.1

/** Returns what calls it off. */
export function speakOverHttp({ context, options, request, speech }: SpeakOverHttpOptions): () => void {
  const stop = new AbortController()
  const voice = request.voice ?? options.voice
  const settings = voiceSettings(options, request.expression)
  const query = new URLSearchParams({ output_format: `pcm_${options.sampleRate}` })
  if (options.logging !== undefined) query.set('enable_logging', String(options.logging))

  async function run(): Promise<void> {
    const response = await httpCall(
      context,
      {
        vendor: 'ElevenLabs',
        path: `/v1/text-to-speech/${encodeURIComponent(voice)}/stream${options.wordTimes ? '/with-timestamps' : ''}?${query}`,
        headers: elevenLabsHeaders,
        timeoutMs: options.firstOutputMs,
        body: {
          text: request.text,
          model_id: options.model,
          ...(options.languageCodes ? { language_code: primaryLanguage(request.language) } : {}),
          ...(settings === undefined ? {} : { voice_settings: settings }),
          ...(options.textNormalization === undefined
            ? {}
            : { apply_text_normalization: options.textNormalization }),
        },
      },
      stop.signal,
    )
    speech.opened()
    const body = response.body
    if (body === null) throw garbageError('ElevenLabs')
    await (options.wordTimes ? timed(body, speech, request) : plain(body, speech))
    speech.end()
  }

  run().catch(error => {
    if (!stop.signal.aborted) speech.fail(error instanceof ParleyError ? error : brokenOff(error))
  })
  return () => stop.abort()
}

function brokenOff(cause?: unknown): ParleyError {
  return new ParleyError('provider_failed', 'ElevenLabs broke off its answer.', { retryable: true, cause })
}

async function plain(body: AsyncIterable<Uint8Array>, speech: SpeechRun): Promise<void> {
  const pcm = pcmReader()
  for await (const bytes of body) speech.audio(pcm.read(bytes))
}

async function timed(
  body: AsyncIterable<Uint8Array>,
  speech: SpeechRun,
  { text, language }: SpeechRequest,
): Promise<void> {
  const pcm = pcmReader()
  const words = charWords(speech, language)
  let lastMs = 0
  let seen = 0
  for await (const json of jsonLines('ElevenLabs', body)) {
    const parsed = line.safeParse(json)
    if (!parsed.success) throw garbageError('ElevenLabs', parsed.error)
    const { audio_base64, alignment } = parsed.data
    const starts = alignment?.character_start_times_seconds ?? []
    const ends = alignment?.character_end_times_seconds ?? []
    const baseMs = (starts[0] ?? 0) * 1000 < lastMs - OVERLAP_MS ? speech.soundMs : 0
    for (const [index, char] of (alignment?.characters ?? []).entries()) {
      const startMs = baseMs + (starts[index] ?? 0) * 1000
      lastMs = baseMs + (ends[index] ?? starts[index] ?? 0) * 1000
      words.add(char, startMs, lastMs)
      if (char.trim() !== '') seen++
    }
    speech.audio(pcm.read(Buffer.from(audio_base64 ?? '', 'base64')))
  }
  const wanted = [...text.replace(/\s/g, '')].length
  if (wanted - seen > Math.max(2, wanted * MISSING_SHARE)) throw brokenOff()
  words.end()
}
