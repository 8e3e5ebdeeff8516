/**
 * Turns probabilities of voice into speech that starts and ends: pure, in media time, one step per window. Starts and
 * ends alternate, beginning with a start, and their times never go back until `reset`.
 */

export interface SpeechOptions {
  /** Windows at or above this count towards a start. Probability, 0..1. Default 0.5. */
  readonly startProbability?: number
  /** Speech that has started goes on while windows are at or above this. Probability, 0..1. Default 0.35. */
  readonly stopProbability?: number
  /**
   * Voice needed for a start, in ms: neighbouring windows count their length times their probability. The default 24
   * is one 32 ms window that is sure (0.75) or two that are not; above 32 no single window is ever enough.
   */
  readonly minVoicedMs?: number
  /**
   * Silence after which speech has ended, in ms. Default 200: longer than the closure of a stop consonant, shorter
   * than a pause between phrases. Whether the turn is over is decided elsewhere.
   */
  readonly hangoverMs?: number
}

export type SpeechChange = 'speech-start' | 'speech-end' | undefined

export interface SpeechHysteresis {
  /** One window and its probability. Windows come in order; what lies between two is silence. */
  step(probability: number, startMs: number, endMs: number): SpeechChange
  /** Ends what has started, because the stream breaks off, and forgets everything. */
  reset(): SpeechChange
  /** Whether speech has started and not ended. */
  readonly speaking: boolean
  /** Media time at which the last speech to start began. */
  readonly onsetMs: number
  /** End of the last window of that speech at or above the start probability, media time. */
  readonly lastVoicedMs: number
}

export const defaultSpeechOptions: Required<SpeechOptions> = {
  startProbability: 0.5,
  stopProbability: 0.35,
  minVoicedMs: 24,
  hangoverMs: 200,
}

/** A window this likely, right before the first voiced one, is taken for the soft beginning of the same sound. */
const risingProbability = 0.15
/** The longest soft beginning, in ms. */
const maxRisingMs = 96

export function createSpeechHysteresis(options: SpeechOptions = {}): SpeechHysteresis {
  const { startProbability, stopProbability, minVoicedMs, hangoverMs } = {
    ...defaultSpeechOptions,
    ...options,
  }
  let speaking = false
  let voicedMs = 0
  let risingMs: number | undefined
  let onsetMs = 0
  let lastVoicedMs = Number.NEGATIVE_INFINITY
  let heldMs = Number.NEGATIVE_INFINITY
  let previousEndMs = Number.NEGATIVE_INFINITY

  const whileSilent = (probability: number, startMs: number, endMs: number): SpeechChange => {
    if (probability < risingProbability) risingMs = undefined
    else risingMs ??= startMs
    if (probability < startProbability) {
      voicedMs = 0
      return undefined
    }
    if (voicedMs === 0) onsetMs = Math.max(risingMs ?? startMs, startMs - maxRisingMs, previousEndMs)
    voicedMs += probability * (endMs - startMs)
    if (voicedMs < minVoicedMs) return undefined
    speaking = true
    lastVoicedMs = endMs
    heldMs = endMs
    return 'speech-start'
  }

  const end = (endMs: number): SpeechChange => {
    const change = speaking ? 'speech-end' : undefined
    speaking = false
    voicedMs = 0
    risingMs = undefined
    previousEndMs = endMs
    return change
  }

  const whileSpeaking = (probability: number, endMs: number): SpeechChange => {
    if (probability >= startProbability) lastVoicedMs = endMs
    if (probability >= stopProbability) heldMs = endMs
    return endMs - heldMs >= hangoverMs ? end(lastVoicedMs) : undefined
  }

  return {
    step: (probability, startMs, endMs) =>
      speaking ? whileSpeaking(probability, endMs) : whileSilent(probability, startMs, endMs),
    reset: () => end(Number.NEGATIVE_INFINITY),
    get speaking() {
      return speaking
    },
    get onsetMs() {
      return onsetMs
    },
    get lastVoicedMs() {
      return lastVoicedMs
    },
  }
}
