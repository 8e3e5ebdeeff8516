/**
 * Nova over `/v1/listen`. Interims replace each other until a final settles their span; `Finalize` settles at once what
 * was sent, and its answer may be missing where nothing was left to settle.
 */

import type { SttWord } from '@parley/core'
import { z } from 'zod'
import { primaryLanguage } from '../wire/primary-language.js'
import { garbageError } from '../wire/vendor-error.js'
import { VENDOR } from './fault.js'
import type { Hearing, HearingDialect } from './hearing.js'
import type { LineMessage, Query } from './line.js'
import type { DeepgramSttOptions } from './options.js'

const results = z.object({
  start: z.number(),
  duration: z.number(),
  is_final: z.boolean().nullish(),
  from_finalize: z.boolean().nullish(),
  channel: z.object({
    alternatives: z.array(
      z.object({
        transcript: z.string(),
        confidence: z.number().nullish(),
        words: z.array(
          z.object({
            word: z.string(),
            start: z.number(),
            end: z.number(),
            confidence: z.number().nullish(),
            punctuated_word: z.string().nullish(),
          }),
        ),
      }),
    ),
  }),
})
const speechStarted = z.object({ timestamp: z.number() })
const utteranceEnd = z.object({ last_word_end: z.number() })

/** Deepgram closes a stream that is silent for 10 s. */
const KEEP_ALIVE_MS = 4_000
const BEAT_MS = 1_000
/** What a stream needs before KeepAlive counts for it. */
const FIRST_SOUND_MS = 20

interface Text {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  readonly confidence?: number
  readonly words: readonly SttWord[]
}

export function listenV1(
  hearing: Hearing,
  settings: DeepgramSttOptions,
  { language, now }: { readonly language: string; now(): number },
): HearingDialect {
  const { tell } = hearing
  let keptAtMs = Number.NEGATIVE_INFINITY
  let interim: Text | undefined
  /** Words before this, in ms of the stream, were told as final although the vendor had not settled them. */
  let promotedMs = 0
  let interimEndMs = 0

  function onResults(message: LineMessage): void {
    const parsed = results.safeParse(message)
    if (!parsed.success) return hearing.line.fail(garbageError(VENDOR, parsed.error))
    const { start, duration, is_final, from_finalize } = parsed.data
    const endMs = (start + duration) * 1000
    const text = textOf(parsed.data)
    hearing.reached(endMs)
    if (is_final !== true) {
      interim = text
      interimEndMs = endMs
      if (text !== undefined) tell({ kind: 'partial', ...text })
      return
    }
    interim = undefined
    if (text !== undefined) tell({ kind: 'final', ...text })
    if (from_finalize === true) hearing.finishes.answered(endMs)
    else hearing.finishes.settled(endMs)
  }

  function textOf({ channel, start, duration }: z.infer<typeof results>): Text | undefined {
    const [best] = channel.alternatives
    if (best === undefined || best.transcript.trim() === '') return undefined
    const isPromoted = start * 1000 < promotedMs
    const kept = isPromoted ? best.words.filter(word => word.start * 1000 >= promotedMs - 1) : best.words
    const words = kept.map(word => ({
      text: word.punctuated_word ?? word.word,
      startMs: hearing.feed.mediaMs(word.start * 1000),
      endMs: hearing.feed.mediaMs(word.end * 1000, 'ends'),
      ...(typeof word.confidence === 'number' ? { confidence: word.confidence } : {}),
    }))
    if (isPromoted && words.length === 0) return undefined
    return {
      text: isPromoted ? words.map(word => word.text).join(' ') : best.transcript,
      startMs: words[0]?.startMs ?? hearing.feed.mediaMs(start * 1000),
      endMs: words.at(-1)?.endMs ?? hearing.feed.mediaMs((start + duration) * 1000, 'ends'),
      ...(typeof best.confidence === 'number' ? { confidence: best.confidence } : {}),
      words,
    }
  }

  return {
    path: '/v1/listen',
    query: queryOf(settings, language),
    chunkMs: settings.chunkMs ?? 20,
    beatMs: BEAT_MS,
    finish: { type: 'Finalize' },
    onBeat() {
      const { sentAtMs } = hearing.feed
      if (sentAtMs === undefined) return hearing.feed.silence(FIRST_SOUND_MS)
      if (now() - Math.max(sentAtMs, keptAtMs) < KEEP_ALIVE_MS) return
      hearing.line.send({ type: 'KeepAlive' })
      keptAtMs = now()
    },
    onMessage(message) {
      if (message.type === 'Results') return onResults(message)
      if (message.type === 'SpeechStarted') {
        const parsed = speechStarted.safeParse(message)
        if (parsed.success)
          tell({ kind: 'turn', signal: 'start', atMs: hearing.feed.mediaMs(parsed.data.timestamp * 1000) })
      } else if (message.type === 'UtteranceEnd') {
        const parsed = utteranceEnd.safeParse(message)
        if (parsed.success)
          tell({
            kind: 'turn',
            signal: 'end',
            atMs: hearing.feed.mediaMs(parsed.data.last_word_end * 1000, 'ends'),
          })
      }
    },
    promote() {
      if (interim === undefined) return
      promotedMs = interimEndMs
      tell({ kind: 'final', ...interim })
      interim = undefined
    },
  }
}

function queryOf(settings: DeepgramSttOptions, language: string): Query {
  const { endpointingMs } = settings
  return {
    model: settings.model,
    encoding: 'linear16',
    sample_rate: settings.sampleRate,
    channels: 1,
    language: settings.language ?? primaryLanguage(language),
    interim_results: true,
    endpointing: endpointingMs,
    utterance_end_ms: settings.utteranceEndMs,
    vad_events: settings.vadEvents,
    smart_format: settings.smartFormat,
    punctuate: settings.punctuate ?? true,
    numerals: settings.numerals,
    profanity_filter: settings.profanityFilter,
    redact: settings.redact,
    keyterm: settings.keyterms,
    keywords: settings.keywords,
    mip_opt_out: settings.mipOptOut,
    tag: settings.tags,
  }
}
