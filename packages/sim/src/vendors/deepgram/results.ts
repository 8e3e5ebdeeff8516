/** Messages of `/v1/listen`, from words placed in ms. */

import type { SimWord } from '../sim-brains.js'

export interface ResultsSpan {
  readonly startMs: number
  readonly endMs: number
  readonly words: readonly SimWord[]
  readonly isFinal: boolean
  readonly speechFinal?: boolean
  readonly fromFinalize?: boolean
}

export interface ResultsSource {
  readonly requestId: string
  readonly model: string
  readonly modelUuid: string
  readonly smart: boolean
}

export function resultsMessage(span: ResultsSpan, source: ResultsSource): object {
  const { words, startMs, endMs } = span
  return {
    type: 'Results',
    channel_index: [0, 1],
    duration: seconds(endMs - startMs),
    start: seconds(startMs),
    is_final: span.isFinal,
    speech_final: span.speechFinal ?? false,
    from_finalize: span.fromFinalize ?? false,
    channel: {
      alternatives: [
        {
          transcript: words.map(({ text }) => text).join(' '),
          confidence: words.length === 0 ? 0 : 0.98,
          words: words.map(word => ({
            word: source.smart ? plain(word.text) : word.text,
            start: seconds(word.startMs),
            end: seconds(word.endMs),
            confidence: 0.98,
            ...(source.smart ? { punctuated_word: word.text } : {}),
          })),
        },
      ],
    },
    metadata: {
      request_id: source.requestId,
      model_info: { name: source.model, version: '2026-01-01.0', arch: source.model },
      model_uuid: source.modelUuid,
    },
  }
}

export function seconds(ms: number): number {
  return Math.round(ms) / 1000
}

/** The word as Deepgram gives it beside the punctuated one. */
export function plain(word: string): string {
  return word.toLowerCase().replace(/^\p{P}+|\p{P}+$/gu, '')
}
