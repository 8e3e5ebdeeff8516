/**
 * How long somebody speaks who has just answered, and how long they are then silent: a person says a word or two and
 * waits, a machine tells its message. Pure, in media time; one window of probability of voice after the other.
 */

import { createSpeechHysteresis } from '@parley/core'
import type { MachineOptions } from './machine-options.js'

export type PatternVerdict = 'long-greeting' | 'short-greeting' | 'silence' | 'time'

export interface GreetingPattern {
  /** The verdict, once, when there is one. */
  window(probability: number, startMs: number, endMs: number): PatternVerdict | undefined
  /** The words are a person's: they need not be silent for as long. */
  expectHuman(): void
  /** Whether anybody has spoken. */
  readonly spoken: boolean
  readonly speaking: boolean
  /** From the first voice to the last so far, pauses within it included, ms. */
  readonly greetingMs: number
  /** End of the last voice, media ms. */
  readonly lastVoicedMs: number
}

/** Shorter sounds are no greeting: a click of the line, a breath. */
const shortestMs = 120
/** A first utterance of up to this is brief: "hello?", "yes, speaking". */
const briefMs = 1_100
/** Silence that is enough after words that only a person says. */
const sureEndMs = 500

export function createGreetingPattern(options: Required<MachineOptions>): GreetingPattern {
  const speech = createSpeechHysteresis()
  let beganMs: number | undefined
  let firstMs: number | undefined
  let lastMs = Number.NEGATIVE_INFINITY
  let sure = false
  let told = false

  const silenceNeededMs = (): number => {
    if (sure) return Math.min(sureEndMs, options.speechEndMs)
    return greetingMs() <= briefMs ? Math.min(options.briefEndMs, options.speechEndMs) : options.speechEndMs
  }

  const greetingMs = (): number => (firstMs === undefined ? 0 : lastMs - firstMs)

  const verdict = (startedMs: number, endMs: number): PatternVerdict | undefined => {
    if (greetingMs() >= options.speechMs) return 'long-greeting'
    if (firstMs === undefined && endMs - startedMs >= options.silenceMs) return 'silence'
    if (firstMs !== undefined && !speech.speaking && endMs - lastMs >= silenceNeededMs()) {
      if (greetingMs() >= shortestMs) return 'short-greeting'
      firstMs = undefined
    }
    return endMs - startedMs >= options.totalMs ? 'time' : undefined
  }

  return {
    get spoken() {
      return firstMs !== undefined
    },
    get speaking() {
      return speech.speaking
    },
    get greetingMs() {
      return greetingMs()
    },
    get lastVoicedMs() {
      return lastMs
    },
    expectHuman() {
      sure = true
    },
    window(probability, startMs, endMs) {
      beganMs ??= startMs
      speech.step(probability, startMs, endMs)
      if (speech.speaking) {
        firstMs ??= speech.onsetMs
        lastMs = Math.max(lastMs, speech.lastVoicedMs)
      }
      if (told) return undefined
      const found = verdict(beganMs, endMs)
      told = found !== undefined
      return found
    },
  }
}
