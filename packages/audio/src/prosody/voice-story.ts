/** What a voice did over time: who it is, whether it speaks and how fast, its utterances, and how aroused it is. */

import { createArousalJudge } from './arousal.js'
import { createMood } from './mood.js'
import type { ProsodySink } from './prosody-analyser.js'
import type { ProsodyEmotion } from './prosody-frame.js'
import { createSpeakerHabit, habitCues } from './speaker-habit.js'
import { createSpeechActivity } from './speech-activity.js'
import { createSpeechRate } from './speech-rate.js'
import { createSyllableNuclei } from './syllable-nuclei.js'
import { createUtteranceTally } from './utterance-tally.js'
import type { VoiceLook } from './voice-look.js'
import { createVoiceTally, semitonesAbove100 } from './voice-tally.js'
import { createVoicedShare } from './voiced-share.js'

export interface VoiceStory {
  /** The next look. An utterance that it ends is told. */
  look(look: VoiceLook, sink: ProsodySink): void
  /** Semitones above this speaker's median so far. */
  semitonesOf(hz: number): number
  /** Share of the last second. */
  readonly voicedFraction: number
  /** Syllables a second over the last 2 s of speech. */
  readonly syllableRate: number
  readonly speaking: boolean
  readonly arousal: number
  readonly emotion: ProsodyEmotion
  /** Tells the utterance that is still open. */
  end(sink: ProsodySink): void
  reset(): void
}

/** Voice after which what was heard before counts half, ms. */
const speakerHalfLifeMs = 60_000

/** @param hopMs Time between looks. */
export function createVoiceStory(hopMs: number): VoiceStory {
  const activity = createSpeechActivity(hopMs)
  const nuclei = createSyllableNuclei(hopMs)
  const rate = createSpeechRate(hopMs)
  const share = createVoicedShare(hopMs)
  const speaker = createVoiceTally(hopMs, speakerHalfLifeMs)
  const habit = createSpeakerHabit()
  const judge = createArousalJudge(habit)
  const mood = createMood(hopMs, habit)
  const utterance = createUtteranceTally(hopMs)
  const values = new Float64Array(habitCues.length)
  const state = { medianHz: 0.5 }

  const finish = (sink: ProsodySink): void => {
    if (nuclei.pending) utterance.count()
    utterance.end(activity.untilMs)
    const { voice, spokenMs } = utterance
    voice.fill(values, utterance.syllableRate)
    judge.judge(values, voice.voicedMs, spokenMs)
    const usualPitch = state.medianHz > 0 ? semitonesAbove100(state.medianHz) : 0
    const told = utterance.tell(usualPitch, judge)
    mood.settle(judge)
    habit.learn(values, voice.voicedMs)
    rate.reset()
    sink.utterance?.(told)
  }

  const reset = (): void => {
    activity.reset()
    nuclei.reset()
    rate.reset()
    share.reset()
    speaker.reset()
    habit.reset()
    mood.reset()
    state.medianHz = 0
  }
  reset()

  return {
    look(look, sink) {
      activity.look(look)
      share.look(look.hz > 0)
      nuclei.look(look, activity.voiced, activity.quietDb)
      if (activity.opened) {
        utterance.begin(activity.fromMs)
        rate.reset()
      }
      if (activity.open) {
        utterance.look(look, activity.voiced, activity.sounding)
        if (nuclei.found) {
          utterance.count()
          rate.count()
        }
        if (!utterance.pausing) rate.speak()
      }
      if (activity.voiced) {
        speaker.add(look)
        state.medianHz = speaker.pitchAt(0.5)
      }
      mood.look(look, activity.voiced, activity.speaking ? rate.rate : -1)
      if (activity.ended) finish(sink)
    },
    semitonesOf: hz => (state.medianHz > 0 ? 12 * Math.log2(hz / state.medianHz) : 0),
    get voicedFraction() {
      return share.share
    },
    get syllableRate() {
      return activity.speaking ? rate.rate : 0
    },
    get speaking() {
      return activity.speaking
    },
    get arousal() {
      return mood.arousal
    },
    get emotion() {
      return mood.emotion
    },
    end(sink) {
      if (activity.speaking) finish(sink)
    },
    reset,
  }
}
