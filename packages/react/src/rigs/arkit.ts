/** A face as weights of the ARKit blendshapes, which many heads have (`jawOpen`, `browInnerUp` …). Pure. */
import type { Face } from '../face/face-types.js'
import { clamp } from '../face/numbers.js'

/** Those of the 52 that are moved; leave the others at 0. */
export type ArkitShape =
  | 'jawOpen'
  | 'mouthClose'
  | 'mouthFunnel'
  | 'mouthPucker'
  | 'mouthPressLeft'
  | 'mouthPressRight'
  | 'mouthStretchLeft'
  | 'mouthStretchRight'
  | 'mouthSmileLeft'
  | 'mouthSmileRight'
  | 'mouthFrownLeft'
  | 'mouthFrownRight'
  | 'mouthRollLower'
  | 'mouthUpperUpLeft'
  | 'mouthUpperUpRight'
  | 'mouthLowerDownLeft'
  | 'mouthLowerDownRight'
  | 'tongueOut'
  | 'browInnerUp'
  | 'browOuterUpLeft'
  | 'browOuterUpRight'
  | 'browDownLeft'
  | 'browDownRight'
  | 'eyeBlinkLeft'
  | 'eyeBlinkRight'
  | 'eyeWideLeft'
  | 'eyeWideRight'
  | 'eyeSquintLeft'
  | 'eyeSquintRight'
  | 'eyeLookInLeft'
  | 'eyeLookOutLeft'
  | 'eyeLookInRight'
  | 'eyeLookOutRight'
  | 'eyeLookUpLeft'
  | 'eyeLookUpRight'
  | 'eyeLookDownLeft'
  | 'eyeLookDownRight'
  | 'cheekSquintLeft'
  | 'cheekSquintRight'

export type ArkitWeights = Readonly<Record<ArkitShape, number>>

/** Every weight is 0..1. Left and right are the character's own, as ARKit has them. */
export function toArkit(face: Face): ArkitWeights {
  const { mouth } = face
  const smile = part(face.smile * (1 - 0.5 * mouth.round))
  const frown = part(-face.smile)
  const stretch = part(mouth.wide * 0.7)
  const lips = part(mouth.teeth * 0.45 * (1 - mouth.round))
  const lowered = part(mouth.open * 0.35 + mouth.teeth * 0.2 - mouth.bite)
  const down = part(-face.brow * 0.8 - face.browInner * 0.5)
  const outer = part(face.brow * 0.9 - face.browInner * 0.3)
  // The one who watches sees its right where the character has its left.
  const toItsLeft = part(face.gazeX)
  const toItsRight = part(-face.gazeX)
  const up = part(-face.gazeY)
  const below = part(face.gazeY)
  const squint = part(face.smile * 0.35)
  return {
    jawOpen: part(mouth.open * 0.85),
    mouthClose: part(mouth.press * mouth.open),
    mouthFunnel: part(mouth.round * (0.35 + 0.65 * mouth.open)),
    mouthPucker: part(mouth.round * (1 - 0.7 * mouth.open) + Math.max(0, -mouth.wide) * 0.25),
    mouthPressLeft: part(mouth.press * 0.8),
    mouthPressRight: part(mouth.press * 0.8),
    mouthStretchLeft: stretch,
    mouthStretchRight: stretch,
    mouthSmileLeft: smile,
    mouthSmileRight: smile,
    mouthFrownLeft: frown,
    mouthFrownRight: frown,
    mouthRollLower: part(mouth.bite * 0.8),
    mouthUpperUpLeft: lips,
    mouthUpperUpRight: lips,
    mouthLowerDownLeft: lowered,
    mouthLowerDownRight: lowered,
    tongueOut: part((mouth.tongue - 0.7) * 1.2),
    browInnerUp: part(face.brow * 0.8 + face.browInner * 0.8),
    browOuterUpLeft: outer,
    browOuterUpRight: outer,
    browDownLeft: down,
    browDownRight: down,
    eyeBlinkLeft: part(1 - face.leftEye),
    eyeBlinkRight: part(1 - face.rightEye),
    eyeWideLeft: part((face.leftEye - 1) * 4),
    eyeWideRight: part((face.rightEye - 1) * 4),
    eyeSquintLeft: squint,
    eyeSquintRight: squint,
    eyeLookInLeft: toItsRight,
    eyeLookOutLeft: toItsLeft,
    eyeLookInRight: toItsLeft,
    eyeLookOutRight: toItsRight,
    eyeLookUpLeft: up,
    eyeLookUpRight: up,
    eyeLookDownLeft: below,
    eyeLookDownRight: below,
    cheekSquintLeft: squint,
    cheekSquintRight: squint,
  }
}

const part = (value: number) => clamp(value, 0, 1)
