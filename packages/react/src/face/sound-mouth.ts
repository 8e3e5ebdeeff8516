/**
 * A mouth from sound alone, where no visemes are told: the jaw by energy, hisses by their brightness, and another vowel's
 * lips for each syllable, so that it does not flap like a hand puppet's.
 */
import type { FaceInput, MouthShape } from './face-types.js'
import { clamp } from './numbers.js'

export interface SoundMouth {
  /** Lips of the present syllable, −1 (rounded) .. 1 (spread). */
  lips: number
  /** The least energy since the last syllable's peak, or that peak so far. */
  extreme: number
  rising: boolean
}

/** Where speech begins to open a mouth and where it has opened it: −42 and −15 dBFS. */
const OPENS = 0.3
const IS_OPEN = 0.75
const HISS_HZ = 3_000
/** A rise of 5 dB after a fall of as much is a syllable. */
const SYLLABLE = 0.08

export const createSoundMouth = (): SoundMouth => ({ lips: 0, extreme: 0, rising: false })

export function soundMouth(
  sound: SoundMouth,
  input: FaceInput,
  energy: number,
  random: () => number,
  into: { -readonly [Part in keyof MouthShape]: number },
): void {
  if (sound.rising ? energy > sound.extreme : energy < sound.extreme) sound.extreme = energy
  else if (Math.abs(energy - sound.extreme) > SYLLABLE) {
    sound.extreme = energy
    sound.rising = !sound.rising
    if (sound.rising) sound.lips = random() * 1.7 - 0.8
  }
  const open = clamp((energy - OPENS) / (IS_OPEN - OPENS), 0, 1)
  const hissing = open > 0 && (input.pitchHz ?? 0) <= 0 && (input.centroidHz ?? 0) > HISS_HZ
  const lips = hissing ? 0.35 : sound.lips
  into.open = hissing ? 0.14 : open * (0.85 - 0.3 * Math.abs(lips))
  into.wide = lips * Math.min(1, open * 3)
  into.round = Math.max(0, -lips) * Math.min(1, open * 3)
  into.press = 0
  into.bite = 0
  into.teeth = hissing ? 1 : 0.5 * Math.min(1, open * 2)
  into.tongue = hissing ? 0 : 0.4 * open
}
