import type { AudioFrame } from '@parley/audio'
import type { Evidence } from '../floor/evidence.js'

/** Turns the caller's audio into evidence. Media time only: no clock, no timers. */
export interface Ear {
  /** At most one piece of evidence per frame. The frame is only valid during the call. */
  hear(frame: AudioFrame): Evidence | undefined
  /** Probability of voice in the last frame, 0..1, for meters. */
  readonly voice: number
}
