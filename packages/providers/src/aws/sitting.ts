/**
 * One request to Transcribe: the sound of one turn goes in, results come out, and ending the input is what makes the
 * vendor give its last words. It ends once, with or without an error.
 */

import type { AudioFrame } from '@parley/audio'
import { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { audioPlace } from '../wire/audio-place.js'
import { partQueue } from '../wire/part-queue.js'
import { bytesOfPcm } from '../wire/pcm-bytes.js'
import { awsError } from './aws-error.js'
import type { TranscribeOptions } from './options.js'
import { patience } from './patient.js'
import { type HeardEvent, transcript } from './transcript.js'

export type TranscribeSdk = typeof import('@aws-sdk/client-transcribe-streaming')
export type TranscribeClient = import('@aws-sdk/client-transcribe-streaming').TranscribeStreamingClient

export interface SittingOptions {
  readonly options: TranscribeOptions
  readonly context: VendorContext
  ready(): Promise<{ readonly sdk: TranscribeSdk; readonly client: TranscribeClient }>
  /** Transcribe's own code. */
  readonly language: string
  onHeard(event: HeardEvent): void
  /** `audioMs` was sent. Nothing is told afterwards. */
  onOver(audioMs: number, error: ParleyError | undefined): void
}

export interface Sitting {
  hear(frame: AudioFrame): void
  /** No more sound comes. */
  end(): void
  /** Nothing is told afterwards. */
  close(): void
}

const vendor = 'Amazon Transcribe'
/** Sound that may wait to be sent, ms. */
const MOST_WAITING_MS = 30_000
/** Silence is sent when no sound came for this long: the vendor ends a stream after 15 s without. */
const KEEP_MS = 5_000

export function openSitting(sitting: SittingOptions): Sitting {
  const { options, context } = sitting
  const { clock } = context
  const { sampleRate, chunkMs } = options
  const waiting = patience(clock, vendor, [])
  const place = audioPlace()
  const results = transcript(place.mediaMs)
  let overflow: ParleyError | undefined
  const chunks = partQueue<Uint8Array>(Math.ceil(MOST_WAITING_MS / chunkMs), () => {
    overflow = new ParleyError('too_large', `More than ${MOST_WAITING_MS} ms of sound wait for ${vendor}.`)
    queueMicrotask(() => over(overflow))
    return overflow
  })
  const chunk = new Int16Array((sampleRate * chunkMs) / 1000)
  let filled = 0
  let nextMs = 0
  let isOver = false
  let isEnded = false
  let cancelKeep = clock.after(KEEP_MS, keep)

  function send(samples: Int16Array): void {
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + chunk.length - filled)
      chunk.set(part, filled)
      filled += part.length
      at += part.length
      if (filled === chunk.length) flush()
    }
  }

  function flush(): void {
    if (filled === 0) return
    chunks.push(bytesOfPcm(chunk.subarray(0, filled)))
    filled = 0
    cancelKeep()
    cancelKeep = clock.after(KEEP_MS, keep)
  }

  function keep(): void {
    if (isOver || isEnded) return
    const silence = new Int16Array(chunk.length - filled)
    place.sent({ samples: silence, rate: sampleRate, atMs: nextMs })
    send(silence)
  }

  function over(thrown: unknown): void {
    if (isOver) return
    isOver = true
    cancelKeep()
    const reason = overflow ?? waiting.reason(thrown)
    waiting.end()
    chunks.end()
    sitting.onOver(
      place.sentMs,
      reason === undefined ? undefined : awsError(vendor, reason, context.epochMs()),
    )
  }

  async function run(): Promise<void> {
    const { sdk, client } = await sitting.ready()
    if (isOver) return
    if (!isEnded) waiting.wait('answer', options.connectTimeoutMs)
    const command = new sdk.StartStreamTranscriptionCommand({
      ...headOf(options, sitting.language),
      AudioStream: audioEvents(chunks),
    })
    // The SDK gives the answer with its first event, which silence does not have: its head is looked for here.
    command.middlewareStack.add(
      next => async args => {
        const answer = await next(args)
        if (!isEnded) waiting.rest()
        return answer
      },
      { step: 'deserialize', priority: 'low', name: 'answerHead' },
    )
    const { TranscriptResultStream } = await client.send(command, { abortSignal: waiting.signal })
    for await (const { TranscriptEvent } of TranscriptResultStream ?? []) {
      if (isOver) return
      for (const event of results.take(TranscriptEvent?.Transcript?.Results ?? [])) sitting.onHeard(event)
    }
    if (isOver) return
    if (!isEnded) throw new Error('the vendor ended the stream')
    for (const event of results.end()) sitting.onHeard(event)
  }

  run().then(() => over(undefined), over)

  return {
    hear({ samples, rate, atMs }) {
      if (isOver || isEnded) return
      place.sent({ samples, rate, atMs })
      nextMs = atMs + (samples.length * 1000) / rate
      send(samples)
    },
    end() {
      if (isOver || isEnded) return
      isEnded = true
      flush()
      cancelKeep()
      chunks.end()
      waiting.wait('give the last words', options.finalTimeoutMs)
    },
    close() {
      if (isOver) return
      isOver = true
      cancelKeep()
      waiting.end()
      chunks.end()
    },
  }
}

async function* audioEvents(chunks: AsyncIterable<Uint8Array>) {
  for await (const AudioChunk of chunks) yield { AudioEvent: { AudioChunk } }
}

function headOf(options: TranscribeOptions, language: string) {
  const {
    identifyLanguages,
    stability,
    vocabulary,
    vocabularyFilter,
    vocabularyFilterMethod,
    languageModel,
  } = options
  return {
    MediaEncoding: 'pcm' as const,
    MediaSampleRateHertz: options.sampleRate,
    ...(identifyLanguages === undefined
      ? { LanguageCode: language as import('@aws-sdk/client-transcribe-streaming').LanguageCode }
      : { IdentifyLanguage: true, LanguageOptions: identifyLanguages.join(',') }),
    ...(stability === undefined
      ? {}
      : { EnablePartialResultsStabilization: true, PartialResultsStability: stability }),
    ...(vocabulary === undefined ? {} : { VocabularyName: vocabulary }),
    ...(vocabularyFilter === undefined ? {} : { VocabularyFilterName: vocabularyFilter }),
    ...(vocabularyFilterMethod === undefined ? {} : { VocabularyFilterMethod: vocabularyFilterMethod }),
    ...(languageModel === undefined ? {} : { LanguageModelName: languageModel }),
  }
}
