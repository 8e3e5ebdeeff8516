/** What the view of how both sides speak is made of, and what is told to it. */
import type { Overlap } from '@parley/client'
import type { ServerMessageOf, SideMessage, UtteranceFields } from '@parley/protocol'
import { emptyTrack, type Moment, type Track } from './track.js'

export type Side = 'user' | 'agent'

/** Somebody speaks. */
export interface Span {
  readonly side: Side
  /** The turn or the reply. */
  readonly id: string
  readonly fromMs: number
  /** Undefined while it goes on. */
  readonly untilMs: number | undefined
}

/** Something that happened to the floor while the agent spoke. */
export interface Mark {
  readonly kind: 'duck' | 'resume' | 'hold' | 'pass' | 'claim' | 'cut'
  readonly atMs: number
  readonly reply: string
  /** Of a ruling: why. */
  readonly reasons?: Overlap['reasons']
  /** Of `cut`: how much of what was told of the reply was never heard. */
  readonly unheardMs?: number
}

export interface SpokenUtterance {
  readonly side: Side
  readonly number: number
  readonly fromMs: number
  readonly untilMs: number
  readonly utterance: UtteranceFields
}

export interface ProsodyView {
  /** Who tells what of the agent was heard. */
  readonly agentBy: 'player' | 'estimate'
  readonly user: Track
  readonly agent: Track
  /** Of the agent, not heard yet; `atMs` is the estimate. */
  readonly waiting: readonly WaitingMoment[]
  readonly spans: readonly Span[]
  readonly marks: readonly Mark[]
  readonly utterances: readonly SpokenUtterance[]
  /** How many utterances there were. */
  readonly told: number
  /** From places in sound to the axis, ms: the caller's, and those of the last replies. */
  readonly userShiftMs: number
  readonly replies: readonly ReplyPlace[]
}

export interface WaitingMoment extends Moment {
  readonly reply: string
  readonly placeMs: number
}

export interface ReplyPlace {
  readonly reply: string
  readonly shiftMs: number
  /** The end of what was told of it, and of what was heard. */
  readonly toldMs: number
  readonly heardMs: number
}

export type ProsodyInput =
  /** Another conversation, or another stream. */
  | { readonly type: 'begin'; readonly agentBy: ProsodyView['agentBy'] }
  | SideMessage
  /** So much of a reply was heard at this moment of the session. */
  | { readonly type: 'heard'; readonly reply: string; readonly ms: number; readonly atMs: number }
  /** It is so late in the session. */
  | { readonly type: 'clock'; readonly atMs: number }
  | ServerMessageOf<
      'speech-started' | 'speech-ended' | 'reply-ended' | 'ducked' | 'resumed' | 'judged' | 'session-ended'
    >

export const emptyView: ProsodyView = {
  agentBy: 'estimate',
  user: emptyTrack,
  agent: emptyTrack,
  waiting: [],
  spans: [],
  marks: [],
  utterances: [],
  told: 0,
  userShiftMs: 0,
  replies: [],
}
