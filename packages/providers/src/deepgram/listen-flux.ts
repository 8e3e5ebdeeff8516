/**
 * Flux over `/v2/listen`: the text of a turn grows with each event and is final at its end. Flux must not be left without
 * sound, or a turn hangs and the connection ends.
 */

import type { SttWord } from '@parley/core'
import { z } from 'zod'
import { primaryLanguage } from '../wire/primary-language.js'
import { garbageError } from '../wire/vendor-error.js'
import { VENDOR } from './fault.js'
import type { Hearing, HearingDialect } from './hearing.js'
import type { LineMessage, Query } from './line.js'
import type { DeepgramSttOptions } from './options.js'

const turnInfo = z.object({
  event: z.string(),
  turn_index: z.number(),
  audio_window_start: z.number(),
  audio_window_end: z.number(),
  transcript: z.string(),
  words: z.array(
    z.object({
      word: z.string(),
      confidence: z.number().nullish(),
      start: z.number().nullish(),
      end: z.number().nullish(),
    }),
  ),
  end_of_turn_confidence: z.number(),
  trigger: z.string().nullish(),
})

type TurnInfo = z.infer<typeof turnInfo>

/** Sound that stays out for this long in a turn is made up. */
const STALL_MS = 500
/** The same outside of a turn, so that the connection stays. */
const IDLE_MS = 4_000
const IDLE_SOUND_MS = 80

const signals = {
  StartOfTurn: 'start',
  Update: 'update',
  EagerEndOfTurn: 'eager-end',
  TurnResumed: 'resume',
  EndOfTurn: 'end',
} as const

export function listenFlux(
  hearing: Hearing,
  settings: DeepgramSttOptions,
  { language, now }: { readonly language: string; now(): number },
): HearingDialect {
  const { tell } = hearing
  let turn = -1
  let isOpen = false
  /** Words of this turn that were told as final before it ended. */
  let promoted = 0
  let latest: TurnInfo | undefined

  function onTurnInfo(message: LineMessage): void {
    const parsed = turnInfo.safeParse(message)
    if (!parsed.success) return hearing.line.fail(garbageError(VENDOR, parsed.error))
    const info = parsed.data
    if (info.turn_index !== turn) {
      turn = info.turn_index
      promoted = 0
    }
    latest = info
    const endMs = info.audio_window_end * 1000
    hearing.reached(endMs)
    const isEnd = info.event === 'EndOfTurn'
    isOpen = !isEnd && info.transcript !== ''
    // What begins a turn is told before its words, what ends one behind them.
    if (info.event === 'StartOfTurn' || info.event === 'TurnResumed') tellSignal(info)
    tellText(info, isEnd ? 'final' : 'partial')
    if (info.event !== 'StartOfTurn' && info.event !== 'TurnResumed') tellSignal(info)
    if (isEnd && info.trigger === 'manual') hearing.finishes.answered(endMs)
    else if (!isOpen) hearing.finishes.settled(endMs)
  }

  function tellSignal(info: TurnInfo): void {
    if (!isSignal(info.event) || (info.event === 'Update' && !isOpen)) return
    // A turn that was ended by force is no word of Flux's own.
    if (info.event === 'EndOfTurn' && info.trigger === 'manual') return
    const start = info.words[0]?.start ?? info.audio_window_start
    const atMs =
      info.event === 'StartOfTurn'
        ? hearing.feed.mediaMs(start * 1000)
        : hearing.feed.mediaMs(info.audio_window_end * 1000, 'ends')
    tell({ kind: 'turn', signal: signals[info.event], atMs, confidence: info.end_of_turn_confidence })
  }

  function tellText(info: TurnInfo, kind: 'partial' | 'final'): void {
    const fresh = info.words.slice(promoted)
    const text = promoted === 0 ? info.transcript : fresh.map(({ word }) => word).join(' ')
    if (text.trim() === '') return
    const words = fresh.flatMap(word => placed(word))
    tell({
      kind,
      text,
      startMs: words[0]?.startMs ?? hearing.feed.mediaMs(info.audio_window_start * 1000),
      endMs: words.at(-1)?.endMs ?? hearing.feed.mediaMs(info.audio_window_end * 1000, 'ends'),
      ...(words.length === fresh.length ? { words } : {}),
    })
  }

  function placed({ word, start, end, confidence }: TurnInfo['words'][number]): SttWord[] {
    if (typeof start !== 'number' || typeof end !== 'number') return []
    const startMs = hearing.feed.mediaMs(start * 1000)
    const endMs = hearing.feed.mediaMs(end * 1000, 'ends')
    return [{ text: word, startMs, endMs, ...(typeof confidence === 'number' ? { confidence } : {}) }]
  }

  return {
    path: '/v2/listen',
    query: queryOf(settings, language),
    readyOn: 'Connected',
    chunkMs: settings.chunkMs ?? 80,
    beatMs: STALL_MS / 2,
    finish: settings.forceEnd === false ? undefined : { type: 'ForceEndTurn' },
    onBeat() {
      const { feed, finishes } = hearing
      const quietMs = now() - (feed.sentAtMs ?? Number.NEGATIVE_INFINITY)
      if (isOpen || finishes.isWaiting) {
        if (quietMs >= STALL_MS) feed.silence(STALL_MS)
      } else if (quietMs >= IDLE_MS) feed.silence(IDLE_SOUND_MS)
    },
    onMessage(message) {
      if (message.type === 'TurnInfo') onTurnInfo(message)
    },
    promote() {
      if (latest === undefined || !isOpen) return
      tellText(latest, 'final')
      promoted = latest.words.length
    },
  }
}

function isSignal(event: string): event is keyof typeof signals {
  return Object.hasOwn(signals, event)
}

function queryOf(settings: DeepgramSttOptions, language: string): Query {
  const hints = settings.model.endsWith('-multi') ? [primaryLanguage(language)] : undefined
  return {
    model: settings.model,
    encoding: 'linear16',
    sample_rate: settings.sampleRate,
    eot_threshold: settings.eotThreshold,
    eager_eot_threshold: settings.eagerEotThreshold,
    eot_timeout_ms: settings.eotTimeoutMs,
    keyterm: settings.keyterms,
    language_hint: settings.languageHints ?? hints,
    numerals: settings.numerals,
    profanity_filter: settings.profanityFilter,
    redact: settings.redact,
    mip_opt_out: settings.mipOptOut,
    tag: settings.tags,
  }
}
