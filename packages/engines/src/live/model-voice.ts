/**
 * What the model says, cut into stretches of speech, each the answer of one turn. The model decides when it speaks: where
 * nobody waits for it, the session is told and takes it when it can. What the caller interrupted is dropped here until the
 * model falls quiet, for it cannot be stopped.
 */

import { type Clock, ParleyError, type ReplyPart } from '@parley/core'
import { type Burst, burst } from './burst.js'
import { decidedSpeech } from './decided-speech.js'
import { earlyWords } from './early-words.js'
import { levelOf } from './unanswered-sound.js'

export interface ModelVoice {
  audio(samples: Int16Array): void
  /** Times on the session's own line, ms. */
  words(text: string, startMs: number, endMs: number): void
  /** The speech under way, or the next, as parts; ends without any if there is none in time. */
  read(reader: Reader, signal: AbortSignal): AsyncGenerator<ReplyPart>
  /** The reader's turn is over: what it read will be heard, and is not read again. */
  settle(reader: Reader): void
  /** Nobody is told of what it says, and nothing of it is dropped, until what this gives is called. */
  hold(): () => void
  /** What follows was decided elsewhere: the speech that tells this gets these parts. */
  expect(text: string, parts: readonly ReplyPart[]): void
  /** Nothing more of the speech under way will come. */
  breakOff(): void
  /** Whether the model speaks. */
  readonly isSpeaking: boolean
  /** Whether it speaks, or somebody waits for it to. */
  readonly isBusy: boolean
  close(): void
}

export interface Reader {
  /** Longest wait for the model to begin, ms; asked again when it is over. */
  patienceMs(): number
  /** Speech that was to be heard is over or was cut: all its words, as far as they came. */
  onSaid(said: string): void
}

export interface ModelVoiceOptions {
  readonly rate: number
  readonly clock: Clock
  /** Silence that ends a stretch of speech, ms. */
  readonly quietMs: number
  /** The model begins to speak. */
  onBegin(): void
  /** It speaks and nobody takes it; called again until somebody does. */
  onUnclaimed(): void
  warn(error: ParleyError): void
}

/** Level that is sound, of 32,768. */
const AUDIBLE = 60
/** How often the session is told of speech that it does not take, ms, and how often before it is dropped. */
const OFFER_MS = 100
const OFFERS = 30

export function modelVoice({
  rate,
  clock,
  quietMs,
  onBegin,
  onUnclaimed,
  warn,
}: ModelVoiceOptions): ModelVoice {
  let speech: Burst | undefined
  let waiting: { readonly reader: Reader; wake(): void } | undefined
  const settled = new WeakSet<Reader>()
  let isReading = false
  let holds = 0
  /** Sound is dropped until the model falls quiet. */
  let isDropping = false
  const early = earlyWords(clock)
  const decided = decidedSpeech()
  let cancelQuiet = () => {}
  let cancelOffer = () => {}

  function begin(): Burst {
    const begun = burst(rate, clock)
    speech = begun
    isReading = false
    for (const part of decided.begun()) begun.add(part)
    early.give(begun.words)
    onBegin()
    if (waiting === undefined) offer(OFFERS)
    else waiting.wake()
    return begun
  }

  /** Tells the session until it takes the speech, or for too long. */
  function offer(left: number): void {
    cancelOffer()
    if (speech === undefined || isReading || waiting !== undefined) return
    if (holds > 0) {
      cancelOffer = clock.after(OFFER_MS, () => offer(left))
      return
    }
    if (left === 0) {
      warn(
        new ParleyError('engine_failed', 'The model spoke for too long while the session could not take it.'),
      )
      return drop()
    }
    onUnclaimed()
    cancelOffer = clock.after(OFFER_MS, () => offer(left - 1))
  }

  function drop(): void {
    cancelOffer()
    if (speech === undefined) return
    isDropping = !speech.isOver
    speech.end()
    speech = undefined
  }

  function quiet(): void {
    isDropping = false
    speech?.end()
  }

  return {
    audio(samples) {
      const isAudible = levelOf(samples) > AUDIBLE
      if (isAudible) {
        cancelQuiet()
        cancelQuiet = clock.after(quietMs + (samples.length * 1000) / rate, quiet)
      }
      if (isDropping) return
      // What follows a stretch that nobody took yet goes with it.
      if (speech === undefined || (speech.isOver && isReading)) {
        if (!isAudible) return
        begin()
      } else if (speech.isOver) {
        if (!isAudible) return
        speech.resume()
        early.give(speech.words)
      }
      speech?.audio(samples)
      if (!speech?.isOverfull) return
      warn(new ParleyError('engine_failed', 'The model spoke ahead of what the session could take.'))
      drop()
    },
    words(text, startMs, endMs) {
      if (isDropping) return
      if (speech === undefined || speech.isOver) return early.keep(text, startMs, endMs)
      speech.words(text, startMs, endMs)
      for (const part of decided.said(text)) speech.add(part)
    },
    async *read(reader, signal) {
      if (signal.aborted) return
      const own = { reader, wake: () => {} }
      const displaced = waiting
      let taken: Burst | undefined
      const before = isReading ? speech : undefined
      const cut = () => {
        if (waiting === own) waiting = undefined
        own.wake()
        if (taken === undefined || speech !== taken) return
        if (settled.has(reader)) {
          reader.onSaid(taken.text)
          return drop()
        }
        // It was prepared and thrown away: another reply may want it, or nobody.
        isReading = false
        taken.rewind()
        if (taken.isOver) return drop()
        cancelOffer = clock.after(3 * OFFER_MS, () => offer(OFFERS))
      }
      waiting = own
      displaced?.wake()
      signal.addEventListener('abort', cut, { once: true })
      try {
        while (speech === undefined || speech === before) {
          const waitMs = reader.patienceMs()
          // Only one can wait: the latest.
          if (signal.aborted || waiting !== own || waitMs <= 0) return
          await new Promise<void>(resolve => {
            const cancel = clock.after(waitMs, resolve)
            own.wake = () => {
              cancel()
              resolve()
            }
          })
        }
        if (signal.aborted || waiting !== own) return
        waiting = undefined
        cancelOffer()
        taken = speech
        isReading = true
        if (settled.has(reader)) taken.keepNothing()
        for (let part = await taken.next(signal); part !== undefined; part = await taken.next(signal))
          yield part
        if (signal.aborted) return
        if (speech === taken) speech = undefined
        reader.onSaid(taken.text)
      } finally {
        signal.removeEventListener('abort', cut)
        if (waiting === own) waiting = undefined
        // Whoever reads no further, without a word: the rest is nobody's.
        if (taken !== undefined && speech === taken && !signal.aborted) drop()
      }
    },
    settle(reader) {
      settled.add(reader)
      if (isReading && waiting?.reader !== reader) speech?.keepNothing()
    },
    hold() {
      let isOver = false
      holds += 1
      return () => {
        if (!isOver) holds -= 1
        isOver = true
      }
    },
    expect: decided.expect,
    breakOff() {
      cancelQuiet()
      quiet()
    },
    get isSpeaking() {
      return isDropping || (speech !== undefined && !speech.isOver)
    },
    get isBusy() {
      return waiting !== undefined || holds > 0 || this.isSpeaking
    },
    close() {
      cancelQuiet()
      cancelOffer()
      speech?.end()
      waiting?.wake()
    },
  }
}
