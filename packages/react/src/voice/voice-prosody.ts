/**
 * A live conversation as the source of a face: what of the agent's prosody and visemes is being heard at this moment.
 * The timeline (`createProsodyTimeline(client, player)` of `@parley/client`) knows what the loudspeaker plays.
 */
import type { FaceInput, Viseme } from '../face/face-types.js'
import { clamp } from '../face/numbers.js'
import type { ProsodyValues } from '../stream/stream-types.js'

/** What a timeline tells of one moment. */
export interface HeardProsody {
  /** The reply that is at the ear; undefined in silence. */
  readonly reply: string | undefined
  /** How it is said there; undefined where nothing was told. */
  readonly frame: ProsodyValues | undefined
  /** The mouth goes from `viseme` to `next` as `blend` goes from 0 to 1. */
  readonly viseme: Viseme
  readonly next: Viseme
  readonly blend: number
  /** How loud it is played, 0..1. */
  readonly gain: number
}

export interface ProsodyTimelineLike {
  /** `nowMs` on the page's monotonic clock (`performance.now()`). */
  at(nowMs: number): HeardProsody
}

const silence: FaceInput = { pitchHz: 0, energy: 0, speaking: false }
/** What is louder (−33 dBFS) is no pause: a mouth at rest then only means that nobody told its shapes. */
const PAUSE_ENERGY = 0.45
/** Energy is even in dB over this range. */
const ENERGY_DB = 60

/** What a face shows of it. */
export function faceInputOf(heard: HeardProsody | undefined): FaceInput {
  if (heard?.reply === undefined) return silence
  const { frame, viseme, next, blend, gain } = heard
  const resting = viseme === 'sil' && next === 'sil'
  const lowered = gain > 0 ? (20 * Math.log10(gain)) / ENERGY_DB : -1
  const energy = frame === undefined ? undefined : clamp(frame.energy + lowered, 0, 1)
  const speaking = frame?.speaking ?? !resting
  if (resting && (frame?.energy ?? 0) > PAUSE_ENERGY) return { ...frame, energy, speaking }
  return { ...frame, energy, speaking, viseme, next, blend }
}
