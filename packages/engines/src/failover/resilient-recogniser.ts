/**
 * Several recognisers as one. A stream that is lost is opened again with the next, which is told everything since the
 * last final text: the sound with its media time and the marks of speech. Texts come once. When nobody can be reached
 * the sound waits, bounded, and the session is told.
 */

import type { Resampling } from '@parley/audio'
import { ParleyError, type SpeechToText } from '@parley/core'
import { knownWaits } from './known-waits.js'
import { createLineUp, type FailoverOptions } from './line-up.js'
import { openResilientStream } from './resilient-stream.js'

export interface ResilientRecogniserOptions extends FailoverOptions {
  /** Needed where the recognisers differ in rate. */
  readonly resampling?: Resampling
  /** Sound that may wait for a recogniser, ms. Default 30,000. */
  readonly ringMs?: number
  /** Sound before speech that a new recogniser is told, ms. Default 2,000. */
  readonly quietMs?: number
  /**
   * Longest wait for the answer to `finish`; after it the stream is taken for lost, ms. Default 900, and 2,000 where
   * there is no other: one that is only slow would hear everything again and be slower still. Of a recogniser that is known to be quicker, less: three times what nine in ten of its answers took, at least 400.
   */
  readonly finishMs?: number
  /** Wait before all are tried again, ms, doubled each time up to 20 times. Default 250. */
  readonly backOffMs?: number
}

/** The first of `recognisers` is preferred. @throws ParleyError `bad_config` without any, or with rates that differ and no resampling. */
export function createResilientRecogniser(
  recognisers: readonly SpeechToText[],
  options: ResilientRecogniserOptions,
): SpeechToText {
  const lineUp = createLineUp('stt', recognisers, options)
  const waits = knownWaits()
  const sampleRate = recognisers[0]?.sampleRate ?? 0
  if (options.resampling === undefined && recognisers.some(each => each.sampleRate !== sampleRate))
    throw new ParleyError('bad_config', 'The recognisers of the slot differ in rate; give it a resampler.')

  return {
    name: recognisers.map(({ name }) => name).join(', '),
    sampleRate,
    open: stt =>
      openResilientStream(stt, {
        lineUp,
        sampleRate,
        resampling: options.resampling,
        ringMs: options.ringMs ?? 30_000,
        quietMs: options.quietMs ?? 2_000,
        finishMs: options.finishMs ?? finalTextMsOf(recognisers.length),
        waits,
        backOffMs: options.backOffMs ?? 250,
      }),
    warm: () => lineUp.warm(),
    async close() {
      lineUp.close()
      await Promise.all(recognisers.map(each => each.close()))
    },
  }
}

/** The default wait for the answer to `finish`, ms, of so many recognisers. */
export function finalTextMsOf(recognisers: number): number {
  return recognisers > 1 ? 900 : 2_000
}
