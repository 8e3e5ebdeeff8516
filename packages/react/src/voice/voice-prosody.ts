/**
 * A live conversation as the source of a face: what of the agent's prosody and visemes is being heard at this moment.
 * The timeline (`createProsodyTimeline(client, player)` of `@parley/client`) knows what the loudspeaker plays.
 */
import type { AgentMoment } from '@parley/client'
import type { FaceInput } from '../face/face-types.js'
import { clamp } from '../face/numbers.js'

/** What a timeline tells of one moment, as far as a face shows it. */
export type HeardProsody = Pick<AgentMoment, 'reply' | 'frame' | 'viseme' | 'next' | 'blend' | 'gain'>

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
