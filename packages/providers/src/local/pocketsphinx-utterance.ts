/**
 * One utterance on its way through the pool: fitted, sent in tenths of a second, judged, placed in media time.
 * After `finish` it always answers `finished`, with a final before it only if the words are plausible.
 */

import { ParleyError, type SttEvent } from '@parley/core'
import type { DecoderPool, LoadedGrammar } from './decoder-pool.js'
import type { DecoderScores } from './decoder-protocol.js'
import { fitSpeech } from './fit-speech.js'
import { confidenceOf } from './plausible.js'

const RATE = 16_000
const CHUNK_SAMPLES = RATE / 10
const FRAME_MS = 10

export interface UtteranceOptions {
  readonly pool: DecoderPool
  readonly grammar: LoadedGrammar
  /** Media time of the first sample. */
  readonly startMs: number
  readonly longestMs: number
  emit(event: SttEvent): void
  /** `finished` was emitted. */
  onDone(): void
}

export interface Utterance {
  /** Says that the first sample comes at this media time; false when there was one already. */
  moveStart(atMs: number): boolean
  hear(samples: Int16Array): void
  finish(atMs: number): void
  /** Another `finish` with nothing said since. */
  alsoFinish(atMs: number): void
  cancel(): void
}

export function startUtterance(options: UtteranceOptions): Utterance {
  const { longestMs, emit } = options
  const fit = fitSpeech()
  const most = (longestMs * RATE) / 1000
  const chunk = new Int16Array(CHUNK_SAMPLES)
  const finishes: number[] = []
  let { startMs } = options
  let inChunk = 0
  let heard = 0
  let shown = ''
  /** The decoder said its last word. */
  let settled = false
  let done = false

  const decoding = options.pool.begin(options.grammar, {
    onPartial(scores) {
      if (scores.text === shown) return
      const event = transcript('partial', scores)
      if (event === undefined) return
      shown = scores.text
      emit(event)
    },
    onFinal(scores) {
      const event = scores === undefined ? undefined : transcript('final', scores)
      if (event !== undefined) emit(event)
      settle()
    },
    onFailed(error) {
      // A refused grammar is told by the stream, once.
      if (error.code !== 'bad_grammar') emit({ kind: 'error', error })
      settle()
    },
  })

  function transcript(kind: 'partial' | 'final', scores: DecoderScores): SttEvent | undefined {
    const confidence = confidenceOf(scores)
    if (confidence === undefined) return undefined
    const heardUntilMs = startMs + (heard * 1000) / RATE
    return {
      kind,
      text: scores.text,
      startMs: startMs + scores.first * FRAME_MS,
      endMs: Math.min(heardUntilMs, startMs + scores.last * FRAME_MS),
      confidence,
    }
  }

  function settle(): void {
    settled = true
    answer()
  }

  function answer(): void {
    if (!settled || done || finishes.length === 0) return
    done = true
    for (const atMs of finishes) emit({ kind: 'finished', atMs })
    options.onDone()
  }

  function send(samples: Int16Array): void {
    let at = 0
    while (at < samples.length) {
      const part = samples.subarray(at, at + CHUNK_SAMPLES - inChunk)
      chunk.set(part, inChunk)
      inChunk += part.length
      at += part.length
      if (inChunk === CHUNK_SAMPLES) sendChunk()
    }
  }

  function sendChunk(): void {
    if (inChunk > 0) decoding.audio(chunk.slice(0, inChunk))
    inChunk = 0
  }

  function endAudio(): void {
    const rest = fit.end()
    if (rest !== undefined) send(rest)
    sendChunk()
    decoding.end()
  }

  return {
    moveStart(atMs) {
      if (heard > 0) return false
      startMs = atMs
      return true
    },
    hear(samples) {
      if (settled || finishes.length > 0 || heard >= most) return
      heard += samples.length
      const fitted = fit.feed(samples)
      if (fitted !== undefined) send(fitted)
      if (heard < most) return
      const message = `An utterance was longer than ${longestMs / 1000} s; what came later was not heard.`
      emit({ kind: 'error', error: new ParleyError('too_large', message, { retryable: true }) })
      endAudio()
    },
    finish(atMs) {
      finishes.push(atMs)
      if (!settled && heard < most) endAudio()
      answer()
    },
    alsoFinish(atMs) {
      if (done) emit({ kind: 'finished', atMs })
      else finishes.push(atMs)
    },
    cancel() {
      done = true
      decoding.cancel()
    },
  }
}
