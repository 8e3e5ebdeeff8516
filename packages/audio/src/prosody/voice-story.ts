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
  readonly now: VoiceNow
  /** Tells the utterance that is still open. */
  end(sink: ProsodySink): void
  reset(): void
}

export interface VoiceNow {
  /** This speaker's median pitch so far, Hz; 0 before any. */
  readonly medianHz: number
  /** Share of the last second that was voiced. */
  readonly voicedFraction: number
  /** Syllables a second over the last 2 s of speech. */
  readonly syllableRate: number
  readonly speaking: boolean
  readonly arousal: number
  readonly emotion: ProsodyEmotion
}

type OpenVoiceNow = { -readonly [Key in keyof VoiceNow]: VoiceNow[Key] }

/** Voice after which what was heard before counts half, ms. */
const speakerHalfLifeMs = 60_000
/** Looks after which the median is taken anew: it hardly moves and costs as much as a look. */
const looksAMedian = 4

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
  const now: OpenVoiceNow = {
    medianHz: 0.5,
    voicedFraction: 0.5,
    syllableRate: 0.5,
    speaking: false,
    arousal: 0.51,
    emotion: 'neutral',
  }
  const state = { sinceMedian: 0 }

  const finish = (sink: ProsodySink): void => {
    if (activity.now.toneOnly) return
    if (nuclei.now.pending) utterance.count()
    utterance.end(activity.now.untilMs)
    const { voice } = utterance
    voice.fill(values, utterance.syllableRate())
    judge.judge(values, voice.voicedMs(), utterance.spokenMs())
    const usualPitch = now.medianHz > 0 ? semitonesAbove100(now.medianHz) : 0
    const told = utterance.tell(usualPitch, judge.found)
    mood.settle(judge.found)
    habit.learn(values, voice.voicedMs())
    sink.utterance?.(told)
  }

  const follow = (look: VoiceLook): void => {
    if (activity.now.opened) {
      utterance.begin(activity.now.fromMs)
      rate.reset()
    }
    utterance.look(look, activity.now.voiced, activity.now.sounding)
    if (nuclei.now.found) {
      utterance.count()
      rate.count()
    }
    if (!utterance.isPausing()) rate.speak()
  }

  const learnPitch = (look: VoiceLook): void => {
    speaker.add(look)
    state.sinceMedian++
    if (state.sinceMedian < looksAMedian && now.medianHz > 0) return
    state.sinceMedian = 0
    now.medianHz = speaker.pitchAt(0.5)
  }

  const reset = (): void => {
    activity.reset()
    nuclei.reset()
    rate.reset()
    share.reset()
    speaker.reset()
    habit.reset()
    mood.reset()
    state.sinceMedian = 0
    now.medianHz = 0
    now.voicedFraction = 0
    now.syllableRate = 0
    now.speaking = false
    now.arousal = 0.5
    now.emotion = 'neutral'
  }
  reset()

  return {
    now,
    look(look, sink) {
      activity.look(look)
      const { speaking, voiced } = activity.now
      nuclei.look(look, activity.now)
      if (activity.now.open) follow(look)
      if (voiced) learnPitch(look)
      now.voicedFraction = share.look(look.hz > 0)
      now.speaking = speaking
      now.syllableRate = speaking ? rate.measure() : 0
      mood.look(look, activity.now, now.syllableRate)
      if (activity.now.ended) finish(sink)
      now.arousal = mood.now.arousal
      now.emotion = mood.now.emotion
    },
    end(sink) {
      if (activity.now.speaking) finish(sink)
    },
    reset,
  }
}
