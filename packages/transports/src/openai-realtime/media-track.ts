import type { AudioFrame } from '@parley/audio'
import type { ReplyId } from '@parley/core'

/** Where the agent's sound goes where it does not travel in events: a WebRTC track. */
export interface MediaTrack {
  /** How far ahead of its time sound is taken, ms. */
  readonly aheadMs: number
  /** Time from here to the ear, ms. May change as it is measured. */
  readonly pathMs: number
  /** Hz of the frames it takes. */
  readonly outputRate: number
  /** The frame is only valid during the call. Never throws. */
  play(frame: AudioFrame, reply: ReplyId): void
  /** Throws away what was taken and not yet sent. */
  clear(): void
}
