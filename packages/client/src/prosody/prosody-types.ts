/** What a face is told: how the agent speaks at the moment that is heard, and how the caller does. */
import type { ProsodyFrameFields, ServerMessageOf } from '@parley/protocol'

export type Viseme = ServerMessageOf<'visemes'>['cues'][number]['viseme']
export type UtteranceMessage = ServerMessageOf<'utterance'>

/** One object, filled again by each call of `at`; whoever keeps it copies it. */
export interface AgentMoment {
  readonly side: 'agent'
  /** The reply that is at the ear; undefined in silence. */
  readonly reply: string | undefined
  /** Its place that is at the ear, ms. */
  readonly playedMs: number
  /** How it is said there, between the frames around it; undefined in silence and where nothing was told. */
  readonly frame: ProsodyFrameFields | undefined
  /** The mouth goes from `viseme` to `next` as `blend` goes from 0 to 1. */
  readonly viseme: Viseme
  readonly next: Viseme
  readonly blend: number
  /** How loud it is played, 1 or less: it is lowered while the caller speaks into it. */
  readonly gain: number
}

export interface ProsodyTimeline {
  /** What is heard of the agent at `nowMs` of `performance.now()`. Cheap enough for every picture. */
  at(nowMs: number): AgentMoment
  /** The caller's last frame; undefined before the first. */
  readonly user: ProsodyFrameFields | undefined
  /** The last utterances of both sides, oldest first; at most 50. */
  readonly utterances: readonly UtteranceMessage[]
  /** Calls `listener` with each utterance until the returned function is called. */
  onUtterance(listener: (utterance: UtteranceMessage) => void): () => void
  /** Lets go of client and player. */
  close(): void
}
