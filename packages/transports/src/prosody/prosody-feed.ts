/**
 * The prosody of live conversations, for whoever may follow them. Analysers run only while somebody follows. One feed
 * serves the sockets of `/prosody` and the voice sockets whose client asked for it.
 */
import type { SessionEvent, SessionId } from '@parley/core'
import type { SideMessage } from '@parley/protocol'

export interface ProsodyFeed {
  /** Undefined where this process holds no such session of that tenant. Returns how to stop. */
  follow(wish: ProsodyWish, follower: ProsodyFollower): (() => void) | undefined
}

export interface ProsodyWish {
  readonly session: SessionId
  readonly tenant: string
  /** Time between frames, ms, 16–100. Default 32. */
  readonly hopMs?: number
  /** Default both. */
  readonly sides?: readonly ('user' | 'agent')[]
  /** Default true, where the agent is followed. */
  readonly visemes?: boolean
}

/** Called synchronously from the session's beat: must not throw or wait. */
export interface ProsodyFollower {
  told(message: SideMessage): void
  /** What the conversation does beside: floor, overlaps and their rulings, replies. */
  event?(event: SessionEvent): void
  /** The session is over, or went to another process. */
  ended(): void
}
