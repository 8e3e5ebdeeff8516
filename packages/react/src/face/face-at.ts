/**
 * From how it is said to a face, moment by moment. All memory is in the `FaceMotion`, all chance in its `random`: the
 * same inputs and steps give the same faces. Allocates nothing.
 */
import { auraOf } from './aura.js'
import { type Blinks, blinkAfter } from './blinks.js'
import type { Aura, Face, FaceInput, MouthShape, ProsodyEmotion } from './face-types.js'
import { type Gaze, gazeAfter } from './gaze.js'
import { moodNames, moods } from './moods.js'
import { halfLifeMs, mouthParts, mouthTarget } from './mouth-shapes.js'
import { clamp } from './numbers.js'
import { createPitchHeight, type PitchHeight, semitonesOf } from './pitch-height.js'
import { createSoundMouth, type SoundMouth, soundMouth } from './sound-mouth.js'
import { createSprings, follow, type Springs } from './spring.js'

type Writable<Value> = { -readonly [Field in keyof Value]: Value[Field] }

/** What a face remembers. Made by `createFaceMotion`; for `faceAt` alone. */
export interface FaceMotion {
  readonly random: () => number
  /** No swaying, breathing, nodding or looking about: for people who asked for less motion. */
  calm: boolean
  readonly springs: Springs
  readonly blinks: Blinks
  readonly gaze: Gaze
  readonly height: PitchHeight
  readonly sound: SoundMouth
  readonly target: Writable<MouthShape>
  readonly mouth: Writable<MouthShape>
  readonly aura: Writable<Aura>
  readonly mood: Writable<Record<ProsodyEmotion, number>>
  readonly face: Writable<Face>
}

const LONGEST_STEP_MS = 250
/** Places of the springs; the mouth has the first seven. */
const SMILE = 7
const BROW = 8
const BROW_INNER = 9
const EYES = 10
const GAZE_X = 11
const GAZE_Y = 12
const NOD = 13
const POSTURE = 14
const BLUSH = 15
const SHIMMER = 16
const BRIGHTNESS = 17
const SCALE = 18
const MOOD = 19
const LOUD = 23
const YAW = 24
const COUNT = 25

/** A face at rest. `random` is 0 ≤ x < 1. */
export function createFaceMotion(random: () => number, calm = false): FaceMotion {
  const mouth = { open: 0, wide: 0, round: 0, press: 0, bite: 0, teeth: 0, tongue: 0 }
  const aura = { shimmer: 0, brightness: 0.4, scale: 1 }
  const mood = { low: 0, neutral: 1, high: 0, detached: 0 }
  const springs = createSprings(COUNT)
  for (const [place, value] of [
    [SMILE, moods.neutral.smile],
    [EYES, 1],
    [BRIGHTNESS, aura.brightness],
    [SCALE, 1],
    [MOOD + 1, 1],
    [BLUSH, moods.neutral.blush],
  ] as const) {
    springs.at[place] = value
  }
  const still = {
    smile: moods.neutral.smile,
    brow: 0,
    browInner: 0,
    leftEye: 1,
    rightEye: 1,
    gazeX: 0,
    gazeY: 0,
  }
  const body = { yaw: 0, nod: 0, tilt: 0, posture: 0, breath: 0, blush: moods.neutral.blush, timeMs: 0 }
  return {
    random,
    calm,
    springs,
    blinks: { waitMs: 1_000 + 2_000 * random() },
    gaze: { waitMs: 600, x: 0, y: 0 },
    height: createPitchHeight(),
    sound: createSoundMouth(),
    target: { ...mouth },
    mouth,
    aura,
    mood,
    face: { mouth, aura, mood, ...still, ...body },
  }
}

/** The face `dtMs` (0–250; longer steps count as that) after the last one. Valid until the next call. */
export function faceAt(motion: FaceMotion, input: FaceInput, dtMs: number): Face {
  const stepMs = clamp(dtMs, 0, LONGEST_STEP_MS)
  const energy = clamp(input.energy, 0, 1)
  const pitchHz = clamp(input.pitchHz, 0, 2_000)
  const speaking = input.speaking ?? (pitchHz > 0 || input.viseme !== undefined)
  const { face } = motion
  face.timeMs += stepMs
  moveMouth(motion, input, speaking ? energy : 0, stepMs)
  moveFeatures(motion, input, { energy: speaking ? energy : 0, pitchHz, speaking }, stepMs)
  moveAura(motion, input, { pitchHz, energy: speaking ? energy : energy * 0.3 }, stepMs)
  return face
}

interface Heard {
  readonly energy: number
  readonly pitchHz: number
  readonly speaking: boolean
}

function moveMouth(motion: FaceMotion, input: FaceInput, energy: number, stepMs: number): void {
  const { springs, target, mouth } = motion
  let halfMs = 30
  if (input.viseme !== undefined) {
    mouthTarget(input.viseme, input.next, clamp(input.blend, 0, 1), target)
    // Who speaks up opens wider. Where no energy is told it is taken as that of usual speech.
    target.open *= 0.75 + 0.45 * (input.energy === undefined ? 0.55 : clamp(input.energy, 0, 1))
    // Who tells how far it is has softened the way already.
    halfMs = halfLifeMs(input.viseme) * (input.blend === undefined ? 1 : 0.5)
  } else {
    soundMouth(motion.sound, input, energy, motion.random, target)
  }
  for (let i = 0; i < mouthParts.length; i++) {
    const part = mouthParts[i]
    if (part !== undefined) mouth[part] = follow(springs, i, target[part], halfMs, stepMs)
  }
}

function moveFeatures(motion: FaceMotion, input: FaceInput, heard: Heard, stepMs: number): void {
  const { springs, face, gaze, random, calm } = motion
  const emotion = moods[input.emotion ?? 'neutral'] ?? moods.neutral
  const excited = clamp(input.arousal ?? 0.5, 0, 1) - 0.5
  const voiced = heard.speaking && heard.pitchHz > 0
  const semitones = voiced
    ? clamp(input.semitones ?? semitonesOf(motion.height, heard.pitchHz, stepMs), -12, 12)
    : 0
  const lively = calm ? 0 : 1
  const talk = heard.speaking ? 1 : 0
  const wasLoud = springs.at[LOUD] ?? 0
  const stress = clamp(heard.energy - wasLoud, 0, 0.4)
  follow(springs, LOUD, heard.energy, 220, stepMs)

  face.smile = follow(springs, SMILE, clamp(emotion.smile + excited * 0.6, -1, 1), 160, stepMs)
  face.brow = follow(
    springs,
    BROW,
    clamp(emotion.brow + semitones / 7 + stress * 0.8 + excited * 0.4, -1, 1),
    70,
    stepMs,
  )
  face.browInner = follow(springs, BROW_INNER, emotion.browInner, 160, stepMs)
  face.blush = follow(springs, BLUSH, clamp(emotion.blush + excited * 0.5, 0, 1), 300, stepMs)
  const lids = 1 - blinkAfter(motion.blinks, stepMs, random)
  const eyes = follow(
    springs,
    EYES,
    clamp(emotion.eyes + stress * 0.3 + excited * 0.15, 0.5, 1.2),
    90,
    stepMs,
  )
  face.leftEye = eyes * lids
  face.rightEye = eyes * lids

  gazeAfter(gaze, stepMs, emotion.away + 0.1 * talk, random)
  face.gazeX = follow(springs, GAZE_X, gaze.x * lively, 22, stepMs)
  face.gazeY = follow(springs, GAZE_Y, gaze.y * lively, 22, stepMs)

  const seconds = face.timeMs / 1000
  // The chin falls on what is stressed and rises with the pitch.
  const nod = (stress * 1.6 - semitones / 22) * lively
  face.nod = follow(springs, NOD, clamp(nod + Math.sin(seconds * 0.83) * 0.06 * lively, -1, 1), 80, stepMs)
  face.yaw = follow(springs, YAW, (gaze.x * 0.35 + Math.sin(seconds * 0.61 + 1) * 0.16) * lively, 240, stepMs)
  face.tilt = (Math.sin(seconds * 0.47) * 0.22 + Math.sin(seconds * 1.31) * 0.12 * talk) * lively
  face.posture = follow(springs, POSTURE, clamp(emotion.posture + excited * 0.8, -1, 1), 350, stepMs)
  face.breath = Math.sin(seconds * Math.PI * 2 * 0.24) * (1 - 0.5 * talk) * lively
}

function moveAura(
  motion: FaceMotion,
  input: FaceInput,
  heard: { readonly pitchHz: number; readonly energy: number },
  stepMs: number,
): void {
  const wanted = input.emotion ?? 'neutral'
  const { springs, aura, mood, calm } = motion
  const goal = auraOf(heard)
  aura.shimmer = follow(springs, SHIMMER, calm ? 0 : goal.shimmer, 110, stepMs)
  aura.brightness = follow(springs, BRIGHTNESS, goal.brightness, 110, stepMs)
  aura.scale = follow(springs, SCALE, calm ? 1 : goal.scale, 110, stepMs)
  for (let i = 0; i < moodNames.length; i++) {
    const name = moodNames[i]
    if (name !== undefined) mood[name] = follow(springs, MOOD + i, name === wanted ? 1 : 0, 260, stepMs)
  }
}
