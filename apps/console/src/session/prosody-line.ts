/**
 * Lets the picture of how both sides speak look on. The conversation asks the gateway for prosody only if somebody
 * follows when it begins.
 */
import type { Player, VoiceClient, VoiceClientOptions } from '@parley/client'
import type { ServerMessage } from '@parley/protocol'

export interface ProsodyFollower {
  /** A conversation begins for which prosody was asked; with the player of this page, which knows what is heard. */
  began(client: VoiceClient, player: Player | undefined): void
  message(message: ServerMessage): void
  /** So much of a reply was heard by now. */
  heard(reply: string, ms: number): void
  over(): void
}

export interface ProsodyLine extends ProsodyFollower {
  /** What to ask of the gateway for a conversation that begins now. */
  wish(): Pick<VoiceClientOptions, 'prosody'>
  /** Until the returned function is called. */
  follow(follower: ProsodyFollower): () => void
}

export function createProsodyLine(): ProsodyLine {
  const followers = new Set<ProsodyFollower>()
  let wished = false
  return {
    wish() {
      wished = followers.size > 0
      return wished ? { prosody: { visemes: false } } : {}
    },
    began(client, player) {
      if (!wished) return
      for (const follower of followers) follower.began(client, player)
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
