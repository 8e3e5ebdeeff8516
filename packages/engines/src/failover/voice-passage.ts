/** The sound of one voice on its way to the listener: in whole words, at the slot's rate, placed in the whole request. */

import { movedCues, type Resampler } from '@parley/audio'
import type { Clock, SpeechPart } from '@parley/core'
import type { SpeechGate, SpokenPart } from './speech-gate.js'

export interface VoicePassage {
  feed(part: SpokenPart): readonly SpeechPart[]
  /** The voice is through: the rest of it. */
  end(): readonly SpeechPart[]
  /** It broke off: only what has passed the gate already. */
  cut(): readonly SpeechPart[]
  /** Frees the filter; calling it twice is fine. */
  close(): void
}

export interface PassageOptions {
  readonly gate: SpeechGate
  /** None: the rates are the same. */
  readonly resampler: Resampler | undefined
  /** Sound of the request that other voices made before, ms. */
  readonly fromMs: number
  readonly listener: Listener
}

export function createPassage({ gate, resampler, fromMs, listener }: PassageOptions): VoicePassage {
  function place(part: SpokenPart): readonly SpeechPart[] {
    if (part.kind === 'word') return [{ ...part, startMs: fromMs + part.startMs, endMs: fromMs + part.endMs }]
    if (part.kind === 'visemes') return [{ kind: 'visemes', cues: movedCues(part.cues, fromMs) }]
    listener.gets((part.samples.length * 1000) / gate.sampleRate)
    return resampler === undefined ? [part] : audio(resampler.process(part.samples), part.samples)
  }

  function cut(): readonly SpeechPart[] {
    const rest = resampler === undefined ? [] : audio(resampler.flush())
    resampler?.close()
    return rest
  }

  return {
    feed: part => gate.feed(part).flatMap(place),
    end: () => [...gate.end().flatMap(place), ...cut()],
    cut,
    close: () => resampler?.close(),
  }
}

/** A resampler writes into the same memory again, unless it hands back what it was given. */
function audio(samples: Int16Array, given?: Int16Array): readonly SpeechPart[] {
  if (samples.length === 0) return []
  return [{ kind: 'audio', samples: samples === given ? samples : samples.slice() }]
}

/** How much whoever listens still has to hear, if it is played as it comes. */
export interface Listener {
  gets(ms: number): void
  leftMs(): number
}

export function createListener(clock: Clock): Listener {
  let untilMs = 0
  return {
    gets(ms) {
      untilMs = Math.max(untilMs, clock.now()) + ms
    },
    leftMs: () => Math.max(0, untilMs - clock.now()),
  }
}
