/** Speech over HTTP in numbers: what was asked and what came of it, how long it took, what memory spared. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/**
 * `spoken`, `fallback` (no voice could serve; the client speaks), `invalid`, `limited`, `gone` (the client went before
 * the end), `failed`.
 */
export const speechResults = ['spoken', 'fallback', 'invalid', 'limited', 'gone', 'failed'] as const

export type SpeechResult = (typeof speechResults)[number]

/** Kept sound; a speaking that was under way for another; a voice. */
export const speechSources = ['hit', 'shared', 'miss'] as const

export type SpeechSource = (typeof speechSources)[number]

export interface SpeechMetrics {
  /** `voice` is empty where none spoke. */
  request(result: SpeechResult, voice?: string): void
  source(source: SpeechSource): void
  /** From the order to the first sound, of voices alone. */
  firstSound(ms: number): void
  /** From the order to the last sound, of voices alone. */
  spoken(ms: number): void
}

const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8]

export interface SpeechGauges {
  /** Texts being spoken now. */
  active(): number
  cacheBytes(): number
}

export function createSpeechMetrics(registry: Registry, gauges: SpeechGauges): SpeechMetrics {
  const registers = [registry]
  const requests = new Counter({
    name: 'tts_synthesis_requests_total',
    help: 'Requests for speech over HTTP, by result (spoken, fallback, invalid, limited, gone, failed) and voice',
    labelNames: ['result', 'voice'],
    registers,
  })
  for (const result of speechResults) requests.inc({ result, voice: '' }, 0)
  const sources = new Counter({
    name: 'parley_speech_cache_total',
    help: 'Texts spoken over HTTP by where their sound came from: hit (kept), shared (under way for another request), miss (a voice)',
    labelNames: ['source'],
    registers,
  })
  for (const source of speechSources) sources.inc({ source }, 0)
  const firstSound = new Histogram({
    name: 'parley_speech_first_sound_seconds',
    help: 'Speech over HTTP: from the request to the first sound of a voice',
    buckets: BUCKETS,
    registers,
  })
  const spoken = new Histogram({
    name: 'parley_speech_seconds',
    help: 'Speech over HTTP: from the request to the last sound of a voice',
    buckets: BUCKETS,
    registers,
  })
  new Gauge({
    name: 'parley_speech_active',
    help: 'Texts being spoken over HTTP now',
    registers,
    collect() {
      this.set(gauges.active())
    },
  })
  new Gauge({
    name: 'parley_speech_cache_bytes',
    help: 'Sound kept in memory of what was spoken over HTTP',
    registers,
    collect() {
      this.set(gauges.cacheBytes())
    },
  })
  return {
    request: (result, voice = '') => requests.inc({ result, voice }),
    source: source => sources.inc({ source }),
    firstSound: ms => firstSound.observe(ms / 1000),
    spoken: ms => spoken.observe(ms / 1000),
  }
}
