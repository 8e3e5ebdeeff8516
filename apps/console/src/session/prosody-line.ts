/**
 * Lets the picture of how both sides speak look on. The conversation asks the gateway for prosody only if somebody
 * follows when it begins.
 */
import type { VoiceClientOptions } from '@parley/client'
import type { ServerMessage } from '@parley/protocol'

export interface ProsodyFollower {
  /** A conversation begins for which prosody was asked; whether this page plays it and so knows what is heard. */
  asked(plays: boolean): void
  message(message: ServerMessage): void
  /** So much of a reply was heard by now. */
  heard(reply: string, ms: number): void
  over(): void
}

export interface ProsodyLine extends Omit<ProsodyFollower, 'asked'> {
  /** What to ask of the gateway for a conversation that begins now. */
  wish(plays: boolean): Pick<VoiceClientOptions, 'prosody'>
  /** Until the returned function is called. */
  follow(follower: ProsodyFollower): () => void
}

export function createProsodyLine(): ProsodyLine {
  const followers = new Set<ProsodyFollower>()
  return {
    wish(plays) {
      if (followers.size === 0) return {}
      for (const follower of followers) follower.asked(plays)
      return { prosody: { visemes: false } }
    },
    follow(follower) {
      followers.add(follower)
      return () => followers.delete(follower)
    },
    message(message) {
      for (const follower of followers) follower.message(message)
    },
    heard(reply, ms) {
      for (const follower of followers) follower.heard(reply, ms)
    },
    over() {
      for (const follower of followers) follower.over()
    },
  }
}
