/**
 * When somebody speaks, from looks at the voice: speech begins with 48 ms of voice that stand out of the noise, and is
 * over 600 ms after the last of it, so that the pauses within it belong to it.
 */

import { createNoiseFloor } from '../noise-floor.js'
import type { VoiceLook } from './voice-look.js'

export interface SpeechActivity {
  look(look: VoiceLook): void
  /** Whether it is speech that is going on. */
  readonly speaking: boolean
  /** Whether it may be speech, if enough of it follows, and whether it may be since this look. */
  readonly open: boolean
  readonly opened: boolean
  /** Whether speech has ended with this look. */
  readonly ended: boolean
  /** Whether this look is a voice that stands out, and whether it is any sound of speech. */
  readonly voiced: boolean
  readonly sounding: boolean
  /** First and last voiced look of the speech, ms. */
  readonly fromMs: number
  readonly untilMs: number
  /** Level under which nothing of this voice is heard, dB. */
  readonly quietDb: number
  reset(): void
}

const onsetMs = 48
const hangoverMs = 600
/** A voice stands out by this much. */
const aboveNoiseDb = 6
const leastVoiceDb = -66
const firstNoiseDb = -75
/** Of what a voice says the quietest is this much under its mean level. */
const reachDb = 25
/** How much of its way the mean level goes in a second of voice. */
const levelShare = 0.7

/** @param hopMs Time between looks. */
export function createSpeechActivity(hopMs: number): SpeechActivity {
  const floor = createNoiseFloor({ voicedRiseDbPerS: 1 })
  const share = 1 - (1 - levelShare) ** (hopMs / 1000)
  const state = { runMs: 0.5, fromMs: 0.5, untilMs: 0.5, levelDb: -0.5, quietDb: -0.5 }
  const is = { open: false, speaking: false, opened: false, ended: false }
  const now = { voiced: false, sounding: false }

  const voiced = (look: VoiceLook): void => {
    if (!is.open) {
      is.open = true
      is.opened = true
      state.runMs = 0
      state.fromMs = look.atMs
      if (state.levelDb < -99) state.levelDb = look.levelDb
    }
    state.untilMs = look.atMs
    state.runMs += hopMs
    state.levelDb += (look.levelDb - state.levelDb) * share
    if (state.runMs >= onsetMs) is.speaking = true
  }

  const unvoiced = (look: VoiceLook): void => {
    if (!is.open) return
    if (!is.speaking) {
      state.runMs -= hopMs
      if (state.runMs > 0) return
      is.open = false
    } else if (look.atMs - state.untilMs >= hangoverMs) {
      is.open = false
      is.speaking = false
      is.ended = true
    }
  }

  const reset = (): void => {
    floor.reset()
    // Speech may begin with the first sample: it must not be taken for the noise.
    floor.hear(firstNoiseDb, 0, false)
    state.runMs = 0
    state.fromMs = 0
    state.untilMs = 0
    state.levelDb = -100
    state.quietDb = leastVoiceDb
    is.open = false
    is.speaking = false
    is.opened = false
    is.ended = false
    now.voiced = false
    now.sounding = false
  }
  reset()

  return {
    get speaking() {
      return is.speaking
    },
    get open() {
      return is.open
    },
    get opened() {
      return is.opened
    },
    get ended() {
      return is.ended
    },
    get voiced() {
      return now.voiced
    },
    get sounding() {
      return now.sounding
    },
    get fromMs() {
      return state.fromMs
    },
    get untilMs() {
      return state.untilMs
    },
    get quietDb() {
      return state.quietDb
    },
    look(look) {
      is.opened = false
      is.ended = false
      floor.hear(look.levelDb, hopMs, look.hz > 0)
      const outOfNoiseDb = Math.max(leastVoiceDb, floor.levelDb + aboveNoiseDb)
      state.quietDb = Math.max(outOfNoiseDb, state.levelDb - reachDb)
      now.voiced = look.hz > 0 && look.levelDb > outOfNoiseDb
      now.sounding = look.levelDb > state.quietDb
      if (now.voiced) voiced(look)
      else unvoiced(look)
    },
    reset,
  }
}
