/**
 * When somebody speaks, from looks at the voice: speech begins with 48 ms of voice that stand out of the noise, and is
 * over 600 ms after the last of it, so that the pauses within it belong to it. Voices far under the level of this one
 * are those of others: they neither begin its speech nor hold it up. A tone that stands still is nobody's: it ends the
 * speech it was taken for, and is noise from then on.
 */

import { createNoiseFloor } from '../noise-floor.js'
import { createSteadyTone, steadyToneMs } from './steady-tone.js'
import type { VoiceLook } from './voice-look.js'

export interface SpeechActivity {
  /** Takes the next look in; what it makes of it stands in `now`. */
  look(look: VoiceLook): void
  readonly now: SpeechNow
  reset(): void
}

export interface SpeechNow {
  /** Whether it may be speech, if enough of it follows; whether it may be since this look. */
  readonly open: boolean
  readonly opened: boolean
  /** Whether it is speech that is going on; whether it has ended with this look. */
  readonly speaking: boolean
  readonly ended: boolean
  /** Whether all of it was the tone of a machine. */
  readonly toneOnly: boolean
  /** Whether this look is a voice that stands out, and whether it is any sound of speech. */
  readonly voiced: boolean
  readonly sounding: boolean
  /** First and last voiced look of the speech, ms. */
  readonly fromMs: number
  readonly untilMs: number
  /** Level under which nothing of this voice is heard, dB. */
  readonly quietDb: number
}

const onsetMs = 48
const hangoverMs = 600
/** A voice stands out by this much. */
const aboveNoiseDb = 9
const leastVoiceDb = -66
const firstNoiseDb = -75
/** Of what a voice says the quietest is this much under its mean level. */
const reachDb = 25
/** This far under its mean level a voice is still there, and what is quieter still belongs to it for so long. */
const nearDb = 15
const tailMs = 300
/** Speech that a tone begins this early is that tone. */
const toneOnsetMs = 250
/** How fast the mean level is forgotten while nobody speaks, dB a second. */
const forgetDbPerS = 0.75
/** How much of its way the mean level goes in a second of voice. */
const levelShare = 0.7

/** @param hopMs Time between looks. */
export function createSpeechActivity(hopMs: number): SpeechActivity {
  const floor = createNoiseFloor({ voicedRiseDbPerS: 1 })
  const tone = createSteadyTone(hopMs)
  const share = 1 - (1 - levelShare) ** (hopMs / 1000)
  const state = { runMs: 0.5, levelDb: -0.5, thereMs: 0.5, looks: 0 }
  const now = {
    open: false,
    opened: false,
    speaking: false,
    ended: false,
    toneOnly: false,
    voiced: false,
    sounding: false,
    fromMs: 0.5,
    untilMs: 0.5,
    quietDb: -0.5,
  }

  const there = (look: VoiceLook): void => {
    state.thereMs = look.atMs
    if (!now.open) {
      now.open = true
      now.opened = true
      now.toneOnly = false
      state.runMs = 0
      now.fromMs = look.atMs
    }
    state.looks++
    state.levelDb += (look.levelDb - state.levelDb) * Math.max(share, 1 / state.looks)
    state.runMs += hopMs
    if (state.runMs >= onsetMs) now.speaking = true
  }

  const gone = (look: VoiceLook): void => {
    if (!now.open) {
      state.levelDb = Math.max(-100, state.levelDb - (forgetDbPerS * hopMs) / 1000)
    } else if (!now.speaking) {
      state.runMs -= hopMs
      if (state.runMs <= 0) now.open = false
    } else if (now.toneOnly || look.atMs - state.thereMs >= hangoverMs) {
      end()
    }
  }

  const end = (): void => {
    now.open = false
    now.speaking = false
    now.ended = true
  }

  const reset = (): void => {
    floor.reset()
    tone.reset()
    // Speech may begin with the first sample: it must not be taken for the noise.
    floor.hear(firstNoiseDb, 0, false)
    state.runMs = 0
    now.fromMs = 0
    now.untilMs = 0
    state.thereMs = 0
    state.looks = 0
    state.levelDb = -100
    now.quietDb = leastVoiceDb
    now.open = false
    now.speaking = false
    now.opened = false
    now.ended = false
    now.toneOnly = false
    now.voiced = false
    now.sounding = false
  }
  reset()

  return {
    now,
    look(look) {
      now.opened = false
      now.ended = false
      const stillMs = tone.look(look)
      const isTone = stillMs >= steadyToneMs
      if (isTone && now.open && look.atMs - stillMs - now.fromMs < toneOnsetMs) now.toneOnly = true
      floor.hear(look.levelDb, hopMs, look.hz > 0 && !isTone)
      const outOfNoiseDb = Math.max(leastVoiceDb, floor.levelDb + aboveNoiseDb)
      now.quietDb = Math.max(outOfNoiseDb, state.levelDb - reachDb)
      now.sounding = look.levelDb > now.quietDb
      const heard = look.hz > 0 && !isTone && look.levelDb > outOfNoiseDb
      if (heard && look.levelDb > state.levelDb - nearDb) there(look)
      else gone(look)
      now.voiced = heard && now.open && look.atMs - state.thereMs <= tailMs
      if (now.voiced) now.untilMs = look.atMs
    },
    reset,
  }
}
