/**
 * Tells the tone of a machine (mains hum, a dial tone, a beep) from a voice: no throat holds pitch and level so still for
 * so long. A held vowel wavers by more than this within a second (jitter and drift of some 1 %), so that it is left alone.
 */

import type { VoiceLook } from './voice-look.js'

export interface SteadyTone {
  /** Takes the next look in. For how long pitch and level have stood still by now, ms; 0 where nothing is voiced. */
  look(look: VoiceLook): number
  reset(): void
}

/** What stands still for this long is no voice, ms. */
export const steadyToneMs = 2_000
/** 6 cents; and what a look of 44 ms strays by where periods do not fit into it. */
const stillOctaves = 0.005
const stillDb = 1
/** How fast what it is compared with follows: a mains frequency drifts by less, a voice by more. */
const follow = 0.02

/** @param hopMs Time between looks. */
export function createSteadyTone(hopMs: number): SteadyTone {
  const state = { octaves: 0.5, levelDb: -0.5, runMs: 0.5 }
  state.runMs = 0
  return {
    look(look) {
      if (look.hz <= 0) {
        state.runMs = 0
        return 0
      }
      const octaves = Math.log2(look.hz)
      const away = octaves - state.octaves
      const louder = look.levelDb - state.levelDb
      if (state.runMs > 0 && Math.abs(away) < stillOctaves && Math.abs(louder) < stillDb) {
        state.octaves += follow * away
        state.levelDb += follow * louder
      } else {
        state.octaves = octaves
        state.levelDb = look.levelDb
        state.runMs = 0
      }
      state.runMs += hopMs
      return state.runMs
    },
    reset() {
      state.runMs = 0
    },
  }
}
