/**
 * Shimmer, brightness and scale from pitch and energy. Of the moment alone: the same numbers give the same light.
 */

import type { Aura } from './face-types.js'
import { clamp } from './numbers.js'

/** The range in which voices speak (and children shout), Hz. */
const LOWEST_HZ = 85
const HIGHEST_HZ = 440

/**
 * - `height = log2(pitchHz / 85) / log2(440 / 85)`, 0..1: the place of the pitch in the range of voices, 0 unvoiced
 * - `shimmer = height · energy`: only a voice shimmers, the higher and louder the more
 * - `brightness = 0.4 + 0.6 · energy`
 * - `scale = 1 + 0.2 · energy + 0.05 · shimmer`
 *
 * Numbers out of range are brought into it; what is not a number counts as 0.
 */
export function auraOf({ pitchHz, energy }: { readonly pitchHz: number; readonly energy: number }): Aura {
  const loud = clamp(energy, 0, 1)
  const height =
    pitchHz > 0 ? clamp(Math.log2(pitchHz / LOWEST_HZ) / Math.log2(HIGHEST_HZ / LOWEST_HZ), 0, 1) : 0
  const shimmer = height * loud
  return { shimmer, brightness: 0.4 + 0.6 * loud, scale: 1 + 0.2 * loud + 0.05 * shimmer }
}
