import type { AudioFrame } from '@parley/audio'
import type { Evidence } from '../floor/evidence.js'
import type { Cues } from './cues.js'

/** Turns the caller's audio into evidence. Media time only: no clock, no timers. */
export interface Ear {
  /** At most one piece of evidence per frame. The frame is only valid during the call. */
  hear(frame: AudioFrame): Evidence | undefined
  /** Probability of voice in the last frame, 0..1, for meters. */
  readonly voice: number
  /** What the last frame was like; the same object every time. */
  readonly cues: Cues
  /**
   * The agent's sound as it leaves, for ears that know their own agent's voice when it comes back. `dueMs` is where
   * it would stand on the caller's media line if it came back at once. The frame is only valid during the call.
   */
  agent?(frame: AudioFrame, dueMs: number): void
  /** The far end threw away what of the agent's sound was due from `atMs` on. */
  agentCleared?(atMs: number): void
}
