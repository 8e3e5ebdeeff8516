/**
 * Whether somebody speaks, by level alone: for a meter, and for lowering the agent's voice before the gateway has heard
 * of it. Which turn it is, the gateway decides, by better means.
 */

export interface VoiceActivity {
  /** RMS of full scale from which on sound counts as speech, 0–1. */
  readonly threshold: number
  /** Throws nothing; what is no number of 0–1 is taken to the nearer end. */
  setThreshold(rms: number): void
  /** One frame of the microphone; returns whether somebody speaks by now. */
  hear(levelDbfs: number, durationMs: number): boolean
  /** The microphone was muted or closed. */
  reset(): void
}

/** −30 dBFS: a voice before the microphone, with the browser's gain control on. */
export const DEFAULT_VOICE_THRESHOLD = 0.03

/** A click or a key is shorter. */
const ONSET_MS = 60
/** Pauses within words are shorter. */
const RELEASE_MS = 300
/** Speech that has begun may fall by so much, dB. */
const HYSTERESIS_DB = 3

export function createVoiceActivity(rms: number = DEFAULT_VOICE_THRESHOLD): VoiceActivity {
  let threshold = DEFAULT_VOICE_THRESHOLD
  let speaking = false
  /** For how long the frames have said otherwise. */
  let otherwiseMs = 0

  function setThreshold(wanted: number): void {
    threshold = Number.isNaN(wanted) ? DEFAULT_VOICE_THRESHOLD : Math.min(1, Math.max(0, wanted))
  }

  setThreshold(rms)
  return {
    get threshold() {
      return threshold
    },
    setThreshold,
    hear(levelDbfs, durationMs) {
      const limitDb = 20 * Math.log10(threshold) - (speaking ? HYSTERESIS_DB : 0)
      if (levelDbfs >= limitDb === speaking) otherwiseMs = 0
      else otherwiseMs += durationMs
      if (otherwiseMs >= (speaking ? RELEASE_MS : ONSET_MS)) {
        speaking = !speaking
        otherwiseMs = 0
      }
      return speaking
    },
    reset() {
      speaking = false
      otherwiseMs = 0
    },
  }
}
