import type { AudioFrame } from '@parley/audio'
import type { ReplyId } from './ids.js'
import type { SessionEvent } from './session/events.js'

/** Looks on beside the flow. A tap cannot throw into the session, await in it, or change a frame. */
export interface Tap {
  readonly name: string
  userAudio?(frame: AudioFrame): void
  agentAudio?(frame: AudioFrame, reply: ReplyId): void
  event?(event: SessionEvent): void
}
