/** Fills the one frame that is told again and again from what the parts of the analysis know at its middle. */

import { dbOf } from './decibels.js'
import type { LoudnessMeter } from './loudness.js'
import type { ProsodyFrame } from './prosody-frame.js'
import type { SampleWindow } from './sample-window.js'
import type { VoiceLooks } from './voice-look.js'
import type { VoiceStory } from './voice-story.js'

export interface FrameFiller {
  /** The frame that begins with sample `from`. */
  fill(from: number): ProsodyFrame
  /** There are no samples from this one on; frames count only what there is. */
  endAt(sample: number): void
  reset(): void
}

export interface FrameFillerParts {
  readonly rate: number
  readonly frameSize: number
  readonly window: SampleWindow
  readonly looks: VoiceLooks
  readonly loudness: LoudnessMeter
  readonly story: VoiceStory
}

/** Level at which energy is 0. */
const energyFloorDb = -60

export function createFrameFiller(parts: FrameFillerParts): FrameFiller {
  const { rate, frameSize, window, looks, loudness, story } = parts
  const frame = createFrame()
  const state = { end: Number.POSITIVE_INFINITY }
  return {
    fill(from) {
      window.measure(from, Math.min(from + frameSize, state.end))
      const { power, clipped } = window.found
      const levelDb = dbOf(power)
      frame.atMs = ((from + frameSize / 2) * 1000) / rate
      frame.rms = Math.sqrt(power)
      frame.levelDb = levelDb
      frame.energy = Math.max(0, Math.min(1, 1 - levelDb / energyFloorDb))
      frame.clipped = clipped
      frame.loudness = loudness.measure()
      const { now } = story
      const look = looks.nearest(frame.atMs)
      frame.pitchHz = look.hz
      frame.voicing = look.voicing
      frame.semitones = look.hz > 0 && now.medianHz > 0 ? 12 * Math.log2(look.hz / now.medianHz) : 0
      frame.tilt = look.tilt
      frame.centroidHz = look.centroidHz
      frame.harmonicity = look.harmonicity
      frame.voicedFraction = now.voicedFraction
      frame.syllableRate = now.syllableRate
      frame.speaking = now.speaking
      frame.arousal = now.arousal
      frame.emotion = now.emotion
      return frame
    },
    endAt(sample) {
      state.end = sample
    },
    reset() {
      state.end = Number.POSITIVE_INFINITY
    },
  }
}

/** Numbers that are no integers make the engine keep the fields as doubles from the start. */
function createFrame(): { -readonly [Key in keyof ProsodyFrame]: ProsodyFrame[Key] } {
  return {
    atMs: 0.5,
    pitchHz: 0.5,
    voicing: 0.5,
    semitones: 0.5,
    energy: 0.5,
    rms: 0.5,
    levelDb: 0.5,
    loudness: 0.5,
    voicedFraction: 0.5,
    tilt: 0.5,
    centroidHz: 0.5,
    harmonicity: 0.5,
    syllableRate: 0.5,
    speaking: false,
    arousal: 0.5,
    emotion: 'neutral',
    clipped: false,
  }
}
