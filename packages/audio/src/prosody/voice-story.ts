/** What a voice did over time: who it is by its pitch, whether it speaks, and how much of it was voiced. */

import type { LoudnessMeter } from './loudness.js'
import { createPitchHistogram } from './pitch-histogram.js'
import type { ProsodySink } from './prosody-analyser.js'
import type { ProsodyEmotion } from './prosody-frame.js'
import { createSpeechActivity } from './speech-activity.js'
import type { VoiceLook } from './voice-look.js'

export interface VoiceStory {
  look(look: VoiceLook, sink: ProsodySink): void
  /** Semitones above this speaker's median so far. */
  semitonesOf(hz: number): number
  readonly voicedFraction: number
  readonly syllableRate: number
  readonly speaking: boolean
  readonly arousal: number
  readonly emotion: ProsodyEmotion
  /** Tells the utterance that is still open. */
  end(sink: ProsodySink): void
  reset(): void
}

export interface VoiceStoryOptions {
  /** Time between looks. */
  readonly hopMs: number
  readonly loudness: LoudnessMeter
}

/** Voice after which what was heard before counts half, ms. */
const speakerHalfLifeMs = 60_000

export function createVoiceStory({ hopMs }: VoiceStoryOptions): VoiceStory {
  const activity = createSpeechActivity(hopMs)
  const speaker = createPitchHistogram(speakerHalfLifeMs)
  const lastSecond = new Uint8Array(Math.round(1000 / hopMs))
  const state = { medianHz: 0.5, at: 0, voiced: 0 }
  const reset = (): void => {
    activity.reset()
    speaker.reset()
    lastSecond.fill(0)
    state.medianHz = 0
    state.at = 0
    state.voiced = 0
  }
  reset()

  return {
    look(look) {
      activity.look(look)
      if (activity.voiced) {
        speaker.add(look.hz, hopMs * look.voicing)
        state.medianHz = speaker.quantile(0.5)
      }
      const mark = look.hz > 0 ? 1 : 0
      state.voiced += mark - (lastSecond[state.at] as number)
      lastSecond[state.at] = mark
      state.at = (state.at + 1) % lastSecond.length
    },
    semitonesOf: hz => (state.medianHz > 0 ? 12 * Math.log2(hz / state.medianHz) : 0),
    get voicedFraction() {
      return state.voiced / lastSecond.length
    },
    get syllableRate() {
      return 0
    },
    get speaking() {
      return activity.speaking
    },
    get arousal() {
      return 0.5
    },
    get emotion() {
      return 'neutral' as const
    },
    end() {},
    reset,
  }
}
