/** What Google answers: sound in base64, with or without a header, and where the marks are in it. */

import { readWav, WavError } from '@parley/audio'
import { endWithSound } from '@parley/core'
import { z } from 'zod'
import { pcmReader } from '../wire/pcm-bytes.js'
import type { TimedWord } from '../wire/timed-sound.js'
import { garbageError } from '../wire/vendor-error.js'
import type { TtsOptions } from './options.js'

export interface SpeechAnswer {
  readonly samples: Int16Array
  /** ms of each mark by its name; empty without marks. */
  readonly starts: ReadonlyMap<string, number>
}

const shape = z.object({
  audioContent: z.base64(),
  timepoints: z.array(z.object({ markName: z.string(), timeSeconds: z.number().default(0) })).default([]),
})

/** @throws ParleyError `provider_failed` for what is no such answer. */
export function readAnswer(body: unknown, options: TtsOptions): SpeechAnswer {
  const parsed = shape.safeParse(body)
  if (!parsed.success) throw garbageError('Google')
  const { audioContent, timepoints } = parsed.data
  return {
    samples: samplesOf(Buffer.from(audioContent, 'base64'), options),
    starts: new Map(timepoints.map(({ markName, timeSeconds }) => [markName, timeSeconds * 1000])),
  }
}

function samplesOf(bytes: Buffer, { encoding, sampleRate }: TtsOptions): Int16Array {
  if (encoding === 'PCM') return pcmReader().read(bytes)
  try {
    const wav = readWav(bytes)
    if (wav.sampleRate === sampleRate) return wav.samples
  } catch (error) {
    if (error instanceof WavError && error.code === 'no_samples') return new Int16Array(0)
    throw garbageError('Google', error)
  }
  throw garbageError('Google', new Error('the sound has another rate than was asked for'))
}

export interface Sound {
  readonly samples: Int16Array
  readonly sampleRate: number
  /** Where this sound begins in that of the request, ms. */
  readonly beganMs: number
}

/** A word lasts from its mark to the next one, without the pause before that. None where there are no marks. */
export function timedWords(
  words: readonly string[],
  starts: SpeechAnswer['starts'],
  { samples, sampleRate, beganMs }: Sound,
): TimedWord[] {
  if (starts.size === 0) return []
  const totalMs = (samples.length * 1000) / sampleRate
  let lastMs = 0
  const begins = words.map((_, index) => {
    lastMs = Math.min(totalMs, Math.max(lastMs, starts.get(String(index)) ?? lastMs))
    return lastMs
  })
  const spans = begins.map((startMs, index) => ({ startMs, endMs: begins[index + 1] ?? totalMs }))
  return endWithSound(spans, { samples, rate: sampleRate }).map(({ startMs, endMs }, index) => ({
    text: words[index] ?? '',
    startMs: beganMs + startMs,
    endMs: beganMs + endMs,
  }))
}
