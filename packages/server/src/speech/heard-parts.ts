/** A delivery at the rate its client wants: sound, words and shapes of the mouth in the order in which they come. */

import { setImmediate } from 'node:timers/promises'
import type { Resampling } from '@parley/audio'
import type { SpeechPart } from '@parley/core'
import type { Delivery } from './speech-desk.js'

export interface HeardPartsOptions {
  readonly delivery: Delivery
  /** Hz. */
  readonly sampleRate: number
  readonly resampling: Resampling
}

/** Sound is valid until the next part is asked for. */
export async function* heardParts({
  delivery,
  sampleRate,
  resampling,
}: HeardPartsOptions): AsyncGenerator<SpeechPart> {
  const resampler = resampling.create({ fromRate: delivery.sampleRate, toRate: sampleRate })
  try {
    for (let part = await delivery.next(); part !== undefined; part = await delivery.next()) {
      if (part.kind !== 'audio') {
        yield part
        continue
      }
      const samples = resampler.process(part.samples)
      if (samples.length > 0) yield { kind: 'audio', samples }
      // Kept sound never waits; conversations must not wait for the coding of all of it.
      await setImmediate()
    }
    const samples = resampler.flush()
    if (samples.length > 0) yield { kind: 'audio', samples }
  } finally {
    resampler.close()
  }
}

/** Samples at another rate: what a resampler makes of a whole stretch. */
export function samplesAt(samples: number, fromRate: number, toRate: number): number {
  return Math.ceil((samples * toRate) / fromRate)
}
