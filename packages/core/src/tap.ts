import type { AudioFrame } from '@parley/audio'
import type { ReplyId } from './ids.js'
import type { SessionEvent } from './session/events.js'

/** Looks on beside the flow. A tap cannot throw into the session, await in it, or change a frame. */
export interface Tap {
  readonly name: string
  userAudio?(frame: AudioFrame): void
  /**
   * Sound of a reply leaves; `frame.atMs` is its place in the reply. `heardInMs` is how long from now until its first
   * sample reaches the ear, by estimate: what is ahead of it and the path.
   */
  agentAudio?(frame: AudioFrame, reply: ReplyId, heardInMs: number): void
  /** The far end throws away what it has of a reply beyond `heardMs` of it; some of that may be sent again. */
  agentCleared?(reply: ReplyId, heardMs: number): void
  /** The far end lowers what it has of a reply, or gives it its loudness back. */
  agentDucked?(on: boolean): void
  /** At once. */
  event?(event: SessionEvent): void
  /** As the far end is told it: a durable event once it is stored. Told once, whether or not there is a leg. */
  announced?(event: SessionEvent): void
  /** The far end was lost, or one is there again. */
  legChanged?(change: LegChange): void
}

export type LegChange = 'lost' | 'attached'
