/**
 * Providers that are watched: how long until they first give something, what they cost, and how they fail. Nothing is
 * changed, delayed or held; the watcher never throws.
 */

import {
  type Clock,
  type LanguageModel,
  type LanguageModelPart,
  ParleyError,
  type SpeechPart,
  type SpeechToText,
  type TextToSpeech,
  type UsageAccount,
  type Used,
} from '@parley/core'
import { lifeOf } from './provider-life.js'

export interface ProviderWatcher {
  /** From the request (for recognisers: from the end of speech) to its first output, ms. */
  firstOutput(ms: number): void
  /** `account`: of the conversation it was for, if it was for one. */
  used(what: Used, account?: UsageAccount): void
  /** A request, or a stream, is over; not `counted`: the provider did not tell what it used. */
  asked?(counted: boolean, account?: UsageAccount): void
  failed(error: ParleyError): void
}

export interface Metering {
  /** What the provider is called from here on: its vendor's name in the registry. */
  readonly name: string
  readonly clock: Clock
  readonly watcher: ProviderWatcher
}

export function meterModel(model: LanguageModel, metering: Metering): LanguageModel {
  return {
    ...lifeOf(model),
    name: metering.name,
    async *stream(request, signal) {
      let last: Extract<LanguageModelPart, { kind: 'usage' }> | undefined
      const parts = watched(model.stream(request, signal), metering, signal, isAnswer)
      try {
        for await (const part of parts) {
          if (part.kind === 'usage') last = part
          yield part
        }
      } finally {
        // Each count stands for the whole answer so far, so the last one is told alone.
        if (last !== undefined) metering.watcher.used(tokensOf(last), request.account)
        metering.watcher.asked?.(last !== undefined, request.account)
      }
    },
  }
}

export function meterVoice(voice: TextToSpeech, metering: Metering): TextToSpeech {
  return {
    ...lifeOf(voice),
    name: metering.name,
    sampleRate: voice.sampleRate,
    languages: voice.languages,
    close: () => voice.close(),
    async *speak(request, signal) {
      const isSound = (part: SpeechPart) => part.kind === 'audio' && part.samples.length > 0
      const { watcher } = metering
      let isCounted = false
      let hasSpoken = false
      const count = (characters: number) => {
        isCounted = true
        watcher.used({ characters }, request.account)
      }
      try {
        for await (const part of watched(voice.speak(request, signal), metering, signal, isSound)) {
          if (part.kind === 'usage') count(part.characters)
          else hasSpoken = true
          yield part
        }
      } finally {
        // Who is cut says nothing more, and was given the whole text.
        if (!isCounted && hasSpoken) count([...request.text].length)
        watcher.asked?.(isCounted, request.account)
      }
    },
  }
}

export function meterRecogniser(recogniser: SpeechToText, { name, clock, watcher }: Metering): SpeechToText {
  return {
    ...lifeOf(recogniser),
    name,
    sampleRate: recogniser.sampleRate,
    close: () => recogniser.close(),
    open(options) {
      const { account } = options
      let askedAtMs: number | undefined
      let hasHeard = false
      let isOver = false
      /** Once for each stream. */
      const over = (counted: boolean) => {
        if (!isOver && (counted || hasHeard)) watcher.asked?.(counted, account)
        isOver = true
      }
      const stream = recogniser.open({
        ...options,
        onEvent(event) {
          if (event.kind === 'usage') {
            watcher.used({ audioMs: event.audioMs }, account)
            over(true)
          }
          if (event.kind === 'lost') over(false)
          if (event.kind === 'error' || event.kind === 'lost') watcher.failed(event.error)
          if (event.kind === 'finished' && askedAtMs !== undefined) {
            watcher.firstOutput(clock.now() - askedAtMs)
            askedAtMs = undefined
          }
          options.onEvent(event)
        },
      })
      return {
        hear(frame) {
          hasHeard = true
          stream.hear(frame)
        },
        begin: atMs => stream.begin(atMs),
        finish(atMs) {
          askedAtMs = clock.now()
          stream.finish(atMs)
        },
        close() {
          stream.close()
          over(false)
        },
      }
    },
  }
}

function isAnswer(part: LanguageModelPart): boolean {
  return part.kind === 'tool-call' || (part.kind === 'text' && part.text !== '')
}

function tokensOf({
  inputTokens,
  outputTokens,
  cachedTokens = 0,
}: {
  inputTokens: number
  outputTokens: number
  cachedTokens?: number
}): Used {
  return { inputTokens, outputTokens, cachedTokens }
}

/** Passes parts on; what an abort brings about is no failure. */
async function* watched<Part>(
  parts: AsyncIterable<Part>,
  { clock, watcher }: Metering,
  signal: AbortSignal,
  isOutput: (part: Part) => boolean,
): AsyncGenerator<Part> {
  const startedMs = clock.now()
  let begun = false
  try {
    for await (const part of parts) {
      if (!begun && isOutput(part)) {
        begun = true
        watcher.firstOutput(clock.now() - startedMs)
      }
      yield part
    }
  } catch (error) {
    if (!signal.aborted) watcher.failed(ParleyError.from(error, 'provider_failed'))
    throw error
  }
}
