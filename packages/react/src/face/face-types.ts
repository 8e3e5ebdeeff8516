/** What moves a face and what it looks like at one moment. No code. */
import type { ProsodyFrameFields, VisemeCueFields } from './viseme-types.js'

export type ProsodyEmotion = ProsodyFrameFields['emotion']
export type Viseme = VisemeCueFields['viseme']

/** How it is said just now. A frame of `/prosody` is one; pitch and energy alone do. Odd numbers count as silence. */
export interface FaceInput {
  /** Hz; 0 where nothing is voiced. */
  readonly pitchHz?: number | undefined
  /** 0..1, even steps in dB from −60 dBFS. */
  readonly energy?: number | undefined
  readonly emotion?: ProsodyEmotion | undefined
  /** Default: whether there is a pitch. */
  readonly speaking?: boolean | undefined
  /** Above the speaker's median; taken from `pitchHz` over time where it is not told. */
  readonly semitones?: number | undefined
  /** 0..1, 0.5 is as usual. */
  readonly arousal?: number | undefined
  /** Hz; tells hissing from vowels where there are no visemes. */
  readonly centroidHz?: number | undefined
  /** Shape of the mouth just now; without it the mouth follows the energy. */
  readonly viseme?: Viseme | undefined
  /** The shape that the mouth is on its way to, and how far it is, 0..1. */
  readonly next?: Viseme | undefined
  readonly blend?: number | undefined
}

/** Lips, teeth and tongue. */
export interface MouthShape {
  /** Of the jaw, 0..1. */
  readonly open: number
  /** Corners apart (1) or together (−1). */
  readonly wide: number
  /** Lips forward, 0..1. */
  readonly round: number
  /** Lips on each other, 0..1. */
  readonly press: number
  /** Upper teeth on the lower lip, 0..1. */
  readonly bite: number
  /** How much is to be seen of teeth and tongue, 0..1. */
  readonly teeth: number
  readonly tongue: number
}

/** One moment of a face; everything is dimensionless. The same object is filled again each time. */
export interface Face {
  readonly mouth: Readonly<MouthShape>
  /** Corners of the mouth up, −1..1. */
  readonly smile: number
  /** Brows up, −1..1, and their inner ends up against the outer, −1..1. */
  readonly brow: number
  readonly browInner: number
  /** How far each eye is open: 0 closed, 1 as usual, 1.2 wide. */
  readonly leftEye: number
  readonly rightEye: number
  /** Where it looks, −1..1, right and down from the one who watches. */
  readonly gazeX: number
  readonly gazeY: number
  /** Turn, nod (down) and tilt of the head, −1..1. */
  readonly yaw: number
  readonly nod: number
  readonly tilt: number
  /** Posture, −1 (slumped) .. 1 (upright). */
  readonly posture: number
  /** Breath, −1..1. */
  readonly breath: number
  /** 0..1. */
  readonly blush: number
  readonly aura: Readonly<Aura>
  /** Share of each emotion, 0..1, together 1: for colours that flow into each other. */
  readonly mood: Readonly<Record<ProsodyEmotion, number>>
  /** Ms since the face was made; what shimmers does so with it. */
  readonly timeMs: number
}

/** The light around a face. */
export interface Aura {
  /** Unrest of its edge, 0..1. */
  readonly shimmer: number
  /** 0..1. */
  readonly brightness: number
  /** Of its resting size, 1..1.25. */
  readonly scale: number
}
