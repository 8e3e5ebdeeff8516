/** A face as weights of the expressions of VRM 1.0. Pure. */
import type { Face } from '../face/face-types.js'
import { clamp } from '../face/numbers.js'

/** Names of VRM 1.0 (VRMC_vrm, expressions): mouths, blinks, looks and moods. */
export type VrmExpression =
  | 'aa'
  | 'ih'
  | 'ou'
  | 'ee'
  | 'oh'
  | 'blinkLeft'
  | 'blinkRight'
  | 'lookUp'
  | 'lookDown'
  | 'lookLeft'
  | 'lookRight'
  | 'happy'
  | 'sad'
  | 'relaxed'
  | 'surprised'

export type VrmWeights = Readonly<Record<VrmExpression, number>>

/**
 * Every weight is 0..1; those of the five mouths are together at most 1, and lips that are pressed close them all. Left
 * and right are the character's own. Set `blinkLeft` and `blinkRight`, or their greater one as `blink`.
 */
export function toVrm(face: Face): VrmWeights {
  const { mouth, mood } = face
  const round = part(mouth.round)
  const wide = part(mouth.wide / 0.7)
  const open = part(mouth.open) * (1 - part(mouth.press))
  const spoken = part(open * 1.1)
  // Of rounded lips the closer ones are ou, of spread ones ee; what is neither is aa where it is open, else ih.
  const oh = spoken * round * part(open / 0.6)
  const ou = part(round * (0.35 + 0.65 * spoken) * (1 - part(open / 0.6)))
  const ee = spoken * (1 - round) * wide
  const rest = spoken * (1 - round) * (1 - wide)
  const wideOpen = part((open - 0.2) / 0.5)
  const calm = part(face.smile) * mood.neutral
  return {
    aa: rest * wideOpen,
    ih: rest * (1 - wideOpen),
    ou,
    ee,
    oh,
    blinkLeft: part(1 - face.leftEye),
    blinkRight: part(1 - face.rightEye),
    lookUp: part(-face.gazeY),
    lookDown: part(face.gazeY),
    lookLeft: part(face.gazeX),
    lookRight: part(-face.gazeX),
    // Moods and mouths share the lips of most models: less of the one where there is more of the other.
    happy: part(mood.high * 0.8) * (1 - 0.4 * spoken),
    sad: part(mood.low * 0.5) * (1 - 0.4 * spoken),
    relaxed: part(calm * 0.5) * (1 - 0.4 * spoken),
    surprised: part((face.brow - 0.6) * 0.8),
  }
}

const part = (value: number) => clamp(value, 0, 1)
