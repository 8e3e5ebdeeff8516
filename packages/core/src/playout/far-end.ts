import type { AudioFrame } from '@parley/audio'
import type { ReplyId } from '../ids.js'

/** What playout needs of the leg; a session without a leg has none and keeps the sound. */
export interface FarEnd {
  readonly aheadMs: number
  readonly pathMs: number
  readonly reportsPlayed: boolean
  readonly rewinds: boolean
  readonly reportsCuts?: boolean
  play(frame: AudioFrame, reply: ReplyId): void
  clear(reply: ReplyId): void
  duck(on: boolean): void
}
