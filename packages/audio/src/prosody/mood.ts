/**
 * Arousal at the present moment: of the last seconds of voice while somebody speaks, held for a while afterwards, then
 * back to the middle, so that a face does not jump between two sentences.
 */

import { type ArousalJudge, createArousalJudge } from './arousal.js'
import type { ProsodyEmotion } from './prosody-frame.js'
import { habitCues, type SpeakerHabit } from './speaker-habit.js'
import type { VoiceLook } from './voice-look.js'
import { createVoiceTally } from './voice-tally.js'

export interface Mood {
  /** The next look, whether it is a voice that stands out, and syllables a second; −1 while nobody speaks. */
  look(look: VoiceLook, voiced: boolean, syllableRate: number): void
  /** An utterance ended, and this is what was found of it. */
  settle(judge: ArousalJudge): void
  /** 0..1 */
  readonly arousal: number
  readonly emotion: ProsodyEmotion
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
  const state = { arousal: 0.51, sinceMs: 0.5, silentMs: 0.5, spokenMs: 0.5 }
  const is: { emotion: ProsodyEmotion } = { emotion: 'neutral' }

  const decide = (syllableRate: number): void => {
    present.fill(values, syllableRate)
    judge.judge(values, present.voicedMs, state.spokenMs)
    state.arousal += (judge.arousal - state.arousal) * follow
    is.emotion = judge.emotion
  }

  const rest = (): void => {
    if (state.silentMs === 0) {
      present.reset()
      state.spokenMs = 0
    }
    state.silentMs += hopMs
    if (state.silentMs < heldMs) return
    state.arousal += (0.5 - state.arousal) * fade
    is.emotion = 'neutral'
  }

  const reset = (): void => {
    present.reset()
    state.arousal = 0.5
    state.sinceMs = 0
    state.silentMs = heldMs
    state.spokenMs = 0
    is.emotion = 'neutral'
  }
  reset()

  return {
    get arousal() {
      return state.arousal
    },
    get emotion() {
      return is.emotion
    },
    look(look, voiced, syllableRate) {
      if (voiced) present.add(look)
      if (syllableRate < 0) {
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
      state.arousal = judged.arousal
      is.emotion = judged.emotion
    },
    reset,
  }
}
