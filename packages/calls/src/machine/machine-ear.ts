/**
 * Who took the call: a person, an answering machine, a fax, or the network with a message of its own; and when a machine's
 * greeting is over. By the sound alone, and better with words. Pure: media time only, the same frames give the same news.
 *
 * A verdict that says "human" (or nobody knows) may be revised once, within `reviseMs` of the answer: many machines begin
 * with a short "Hello." and a pause. A verdict of "machine" or "fax" stands.
 */

import { type AudioFrame, createReframer, type VoiceDetector } from '@parley/audio'
import { ParleyError } from '@parley/core'
import type { AnsweredBy } from '../call.js'
import { createGreetingPattern, type PatternVerdict } from './greeting-pattern.js'
import { greetingOf } from './greeting-words.js'
import { defaultMachineOptions, type MachineOptions } from './machine-options.js'
import { createToneMeanings, type ToneMeaning } from './tone-meaning.js'
import { createToneMeter, type ToneHop } from './tone-meter.js'
import { createToneRuns } from './tone-runs.js'

export type MachineReason =
  | PatternVerdict
  /** Words that machines say, or people. */
  | 'machine-words'
  | 'human-words'
  | 'beep'
  /** The three tones before "the number you have dialled is not in service". */
  | 'out-of-service'
  | 'fax-tones'

/** All times are media ms of the caller's sound; `atMs` is when it is known. */
export type MachineNews =
  | {
      readonly kind: 'verdict'
      readonly answeredBy: AnsweredBy
      readonly reason: MachineReason
      readonly atMs: number
      /** From the first voice to the last, ms. */
      readonly greetingMs: number
      /** Whether it takes the place of another. */
      readonly revised: boolean
    }
  | {
      readonly kind: 'beep'
      readonly hz: number
      readonly startMs: number
      readonly endMs: number
      readonly atMs: number
    }
  /** A message may be left now. At most once; a beep that comes later is told alone, and the message is begun again. */
  | { readonly kind: 'greeting-end'; readonly by: 'beep' | 'silence' | 'time'; readonly atMs: number }

export interface MachineEar {
  /**
   * Frames at the detector's rate, in order; a gap counts as silence. Gives what is known by it, mostly nothing.
   * @throws ParleyError `bad_audio` for a frame of another rate
   */
  hear(frame: AudioFrame): readonly MachineNews[]
  /** What was recognised so far, partial or final; the whole utterance each time. */
  words(text: string): readonly MachineNews[]
  readonly answeredBy: AnsweredBy | undefined
  /** Nothing more can come: frames need not be heard any longer. */
  readonly over: boolean
}

const nothing: readonly MachineNews[] = []
/** A beep after the greeting was taken for over is still told within this time. */
const lateBeepMs = 10_000
/** Tone held for this long is no voice, whatever the detector makes of it. */
const toneMs = 64

/** `detector` (8000 or 16000 Hz) stays the caller's to close. */
export function createMachineEar(detector: VoiceDetector, given: MachineOptions = {}): MachineEar {
  const options = { ...defaultMachineOptions, ...given }
  const { rate, windowSize } = detector
  const windowMs = (windowSize * 1000) / rate
  const windows = createReframer({ frameMs: windowMs, rate })
  const tones = createToneMeter(rate)
  const runs = createToneRuns()
  const meanings = createToneMeanings(runs)
  const pattern = createGreetingPattern(options)
  let news: MachineNews[] = []
  let beganMs: number | undefined
  let nowMs = 0
  let answeredBy: AnsweredBy | undefined
  let machineAtMs = 0
  let windowEndMs: number | undefined
  let endedAtMs: number | undefined

  const judge = (verdict: AnsweredBy, reason: MachineReason): void => {
    if (answeredBy === 'machine' || answeredBy === 'fax' || answeredBy === verdict) return
    const revised = answeredBy !== undefined
    if (revised && (verdict === 'human' || nowMs - (beganMs ?? 0) > options.reviseMs)) return
    answeredBy = verdict
    if (verdict === 'machine') machineAtMs = nowMs
    news.push({
      kind: 'verdict',
      answeredBy: verdict,
      reason,
      atMs: nowMs,
      greetingMs: pattern.greetingMs,
      revised,
    })
  }

  const endGreeting = (by: 'beep' | 'silence' | 'time'): void => {
    if (endedAtMs !== undefined || answeredBy !== 'machine') return
    endedAtMs = nowMs
    news.push({ kind: 'greeting-end', by, atMs: nowMs })
  }

  const hearMeaning = (meaning: ToneMeaning): void => {
    if (meaning.kind === 'fax') return judge('fax', 'fax-tones')
    if (meaning.kind === 'out-of-service') return judge('machine', 'out-of-service')
    judge('machine', 'beep')
    if (answeredBy !== 'machine') return
    news.push({ ...meaning, atMs: nowMs })
    endGreeting('beep')
  }

  const hearHop = (hop: ToneHop): void => {
    const meaning = meanings.hop(hop, pattern.spoken)
    if (meaning !== undefined) hearMeaning(meaning)
  }

  const verdictOf = (found: PatternVerdict): AnsweredBy => {
    if (found === 'long-greeting') return 'machine'
    return found === 'short-greeting' ? 'human' : 'unknown'
  }

  const step = (voice: number, startMs: number, endMs: number): void => {
    const found = pattern.window(voice, startMs, endMs)
    if (found !== undefined) judge(verdictOf(found), found)
    if (answeredBy !== 'machine') return
    const since = Math.max(machineAtMs - windowMs, pattern.lastVoicedMs)
    const isTone = runs.held !== undefined
    if (!pattern.speaking && !isTone && endMs - since >= options.greetingSilenceMs) endGreeting('silence')
    if (endMs - machineAtMs >= options.greetingMs) endGreeting('time')
  }

  const hearWindow = ({ samples, atMs }: AudioFrame): void => {
    // What the sender left out was silence.
    if (windowEndMs !== undefined && atMs - windowEndMs > windowMs) step(0, windowEndMs, atMs)
    windowEndMs = atMs + windowMs
    const { held } = runs
    const voice = detector.process(samples)
    step(held !== undefined && held.endMs - held.startMs >= toneMs ? 0 : voice, atMs, windowEndMs)
  }

  const taken = (): readonly MachineNews[] => {
    if (news.length === 0) return nothing
    const told = news
    news = []
    return told
  }

  return {
    get answeredBy() {
      return answeredBy
    },
    get over() {
      if (answeredBy === 'fax') return true
      if (answeredBy === 'machine') return endedAtMs !== undefined && nowMs - endedAtMs > lateBeepMs
      return answeredBy !== undefined && nowMs - (beganMs ?? 0) > options.reviseMs
    },
    hear(frame) {
      if (frame.rate !== rate) throw wrongRate(frame.rate, rate)
      beganMs ??= frame.atMs
      nowMs = frame.atMs + (frame.samples.length * 1000) / rate
      tones.hear(frame, hearHop)
      windows.process(frame, hearWindow)
      return taken()
    },
    words(text) {
      const whose = greetingOf(text)
      if (whose === 'machine') judge('machine', 'machine-words')
      if (whose === 'human' && answeredBy === undefined) {
        pattern.expectHuman()
        if (!pattern.speaking) judge('human', 'human-words')
      }
      return taken()
    },
  }
}

function wrongRate(given: number, taken: number): ParleyError {
  return new ParleyError(
    'bad_audio',
    `Machine detection takes ${taken} Hz, not ${given} Hz; resample the frame first.`,
    { details: { given, taken } },
  )
}
