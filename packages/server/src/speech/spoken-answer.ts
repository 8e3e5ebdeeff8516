/** Speech as JSON: the literal three fields, and what a client asked for beside them. */

import { type VisemeCue, writeWav } from '@parley/audio'
import type { z } from 'zod'
import { pcmBytes } from './sound-coder.js'
import type { spokenSchema } from './synthesize-schemas.js'
import type { WholeSpeech } from './whole-speech.js'

export interface AnswerWanted {
  readonly sampleRate: number
  readonly container?: 'wav' | 'none' | undefined
  /** Undefined: they are not wanted. */
  readonly cues: readonly VisemeCue[] | undefined
}

type Answer = z.output<typeof spokenSchema>

/**
 * With the header of a WAV by default, as Google's LINEAR16 has it: players and browsers decode it, and who takes it for
 * samples hears a click of 1.4 ms.
 */
export function spokenAnswer({ samples, words }: Omit<WholeSpeech, 'cues'>, wanted: AnswerWanted): Answer {
  const { sampleRate, container, cues } = wanted
  const bytes = container === 'none' ? pcmBytes(samples) : writeWav({ sampleRate, samples })
  const round = (ms: number) => Math.round(ms * 10) / 10
  const lengths = (timed: readonly { readonly startMs: number; readonly endMs: number }[]) =>
    timed.map(({ startMs, endMs }) => round(endMs - startMs))
  return {
    audio: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    format: 'LINEAR16',
    sampleRate,
    ...(container === undefined ? {} : { container }),
    ...(cues === undefined
      ? {}
      : {
          words: words.map(({ text }) => text),
          wtimes: words.map(({ startMs }) => round(startMs)),
          wdurations: lengths(words),
          visemes: cues.map(({ viseme }) => viseme),
          vtimes: cues.map(({ startMs }) => round(startMs)),
          vdurations: lengths(cues),
        }),
  }
}
