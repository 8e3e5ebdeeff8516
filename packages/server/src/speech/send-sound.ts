/** An order as the sound itself: streamed while it is made, or whole. */

import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Opus, Resampling } from '@parley/audio'
import { type Clock, ParleyError } from '@parley/core'
import type { Log } from '../log/log.js'
import { heardParts, samplesAt } from './heard-parts.js'
import { watchReading } from './reading-watch.js'
import { createSoundCoder, type SoundForm, type SpeechRate } from './sound-coder.js'
import { soundStream } from './sound-stream.js'
import type { Delivery, SpeechDesk } from './speech-desk.js'
import type { SpeechMetrics, SpeechResult } from './speech-metrics.js'
import type { SpeechOrder } from './speech-order.js'
import { wholeSpeech } from './whole-speech.js'

export interface SpeechPlace {
  readonly desk: SpeechDesk
  readonly metrics: SpeechMetrics
  readonly clock: Clock
  readonly resampling: Resampling
  readonly opus: Opus
  /** 0 ≤ x < 1. */
  readonly random: () => number
  readonly log: Log
}

export interface SoundWanted {
  readonly order: SpeechOrder
  readonly form: SoundForm
  readonly sampleRate: SpeechRate
  /** Sent once it is whole, its length told before it. */
  readonly whole: boolean
  readonly response: ServerResponse
}

export interface SentSound {
  readonly body: Readable | Uint8Array
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
}

/** Resolves with the first sound. @throws ParleyError as the desk and the voice do, before it. */
export async function sendSound(place: SpeechPlace, wanted: SoundWanted): Promise<SentSound> {
  const { form, sampleRate } = wanted
  const served = serve(place, wanted.order, wanted.response)
  const { delivery } = served
  try {
    const coder = await createSoundCoder({ ...place, form, sampleRate })
    served.onLeave(() => coder.close())
    const parts = heardParts({ delivery, sampleRate, resampling: place.resampling })
    const { contentType } = coder
    if (wanted.whole) {
      const { samples } = await wholeSpeech(parts)
      if (samples.length === 0) throw noSound()
      const body = Buffer.concat([coder.head(samples.length), coder.add(samples), coder.end()])
      served.settle('spoken')
      return { body, contentType, headers: soundHeaders(delivery, sampleRate) }
    }
    const samples =
      delivery.samples === undefined
        ? undefined
        : samplesAt(delivery.samples, delivery.sampleRate, sampleRate)
    const body = await soundStream({
      ...{ parts, coder, samples },
      onEnd(failure) {
        served.settle(failure === undefined ? 'spoken' : 'failed')
        if (failure !== undefined) place.log.warn({ err: failure }, 'speech broke off')
      },
    })
    served.onLeave(() => body.destroy())
    return { body, contentType, headers: soundHeaders(delivery, sampleRate) }
  } catch (error) {
    served.leave()
    throw error
  }
}

export interface Served {
  readonly delivery: Delivery
  /** Tells what came of it; only the first time counts. */
  settle(result: SpeechResult): void
  /** Runs when the connection is closed, or at `leave`. */
  onLeave(run: () => void): void
  leave(): void
}

/** An order that ends when its answer has left, or with the connection of whoever gave it. */
export function serve(
  { desk, metrics, clock }: SpeechPlace,
  order: SpeechOrder,
  response: ServerResponse,
): Served {
  // Before its head is sent an answer can still say that the gateway leaves.
  const delivery = desk.order(order, () => response.headersSent && response.destroy())
  const leaving: (() => void)[] = []
  let settled = false
  function settle(result: SpeechResult): void {
    if (!settled) metrics.request(result, delivery.voice)
    settled = true
  }
  function leave(reason?: ParleyError): void {
    delivery.close(reason)
    for (const run of leaving.splice(0)) run()
  }
  watchReading(response, clock, () => {
    settle('gone')
    leave(new ParleyError('timeout', 'The client went away before its answer.', { details: { gone: true } }))
  })
  response.once('finish', () => leave())
  return {
    delivery,
    settle,
    onLeave: run => void leaving.push(run),
    leave: () => leave(),
  }
}

/** For people and caches' owners: where the sound came from, and who spoke. */
export function soundHeaders(delivery: Delivery, sampleRate: number): Readonly<Record<string, string>> {
  return {
    'x-cache': delivery.source,
    'x-voice': delivery.voice,
    'x-sample-rate': String(sampleRate),
  }
}

export function noSound(): ParleyError {
  return new ParleyError('voice_failed', 'The voice made no sound for this text.', { retryable: true })
}

/** Of an answer that is an error; a client that went away was counted when it went. */
export function countRefusal(error: unknown, metrics: SpeechMetrics): void {
  const { code, details } = ParleyError.from(error)
  if (details.gone !== true) metrics.request(code === 'rate_limited' ? 'limited' : 'failed')
}
