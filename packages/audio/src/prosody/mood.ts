/**
 * Arousal at the present moment: of the last seconds of voice while somebody speaks, held for a while afterwards, then
 * back to the middle, so that a face does not jump between two sentences.
 */

import { type ArousalFound, createArousalJudge } from './arousal.js'
import type { ProsodyEmotion } from './prosody-frame.js'
import { habitCues, type SpeakerHabit } from './speaker-habit.js'
import type { SpeechNow } from './speech-activity.js'
import type { VoiceLook } from './voice-look.js'
import { createVoiceTally } from './voice-tally.js'

export interface Mood {
  /** The next look, what it is of speech, and syllables a second. */
  look(look: VoiceLook, speech: SpeechNow, syllableRate: number): void
  /** An utterance ended, and this is what was found of it. */
  settle(judged: ArousalFound): void
  readonly now: { readonly arousal: number; readonly emotion: ProsodyEmotion }
  reset(): void
}

/** Voice after which what was heard before counts half, ms. */
const presentMs = 1500
/** Time between two judgements, ms. */
const everyMs = 64
/** How fast the arousal follows, and how long it lasts after speech; time constants, ms. */
const followMs = 250
const heldMs = 2000
const fadeMs = 1500

export function createMood(hopMs: number, habit: SpeakerHabit): Mood {
  const present = createVoiceTally(hopMs, presentMs)
  const judge = createArousalJudge(habit)
  const values = new Float64Array(habitCues.length)
  const follow = 1 - Math.exp(-everyMs / followMs)
  const fade = 1 - Math.exp(-hopMs / fadeMs)
  const state = { sinceMs: 0.5, silentMs: 0.5, spokenMs: 0.5 }
  const now: { arousal: number; emotion: ProsodyEmotion } = { arousal: 0.51, emotion: 'neutral' }

  const decide = (syllableRate: number): void => {
    present.fill(values, syllableRate)
    judge.judge(values, present.voicedMs(), state.spokenMs)
    now.arousal += (judge.found.arousal - now.arousal) * follow
    now.emotion = judge.found.emotion
  }

  const rest = (): void => {
    if (state.silentMs === 0) {
      present.reset()
      state.spokenMs = 0
    }
    state.silentMs += hopMs
    if (state.silentMs < heldMs) return
    now.arousal += (0.5 - now.arousal) * fade
    now.emotion = 'neutral'
  }

  const reset = (): void => {
    present.reset()
    now.arousal = 0.5
    state.sinceMs = 0
    state.silentMs = heldMs
    state.spokenMs = 0
    now.emotion = 'neutral'
  }
  reset()

  return {
    now,
    look(look, speech, syllableRate) {
      if (speech.voiced) present.add(look)
      if (!speech.speaking) {
        rest()
        return
      }
      state.silentMs = 0
      state.spokenMs += hopMs
      state.sinceMs += hopMs
      if (state.sinceMs < everyMs) return
      state.sinceMs = 0
      decide(syllableRate)
    },
    settle(judged) {
      now.arousal = judged.arousal
      now.emotion = judged.emotion
    },
    reset,
  }
}
