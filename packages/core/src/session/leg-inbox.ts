import type { AudioFrame } from '@parley/audio'
import type { ReplyId } from '../ids.js'
import type { CloseReason, Inbox } from '../transport.js'
import type { Heard } from '../turn/history.js'

/** What a session does with what its far end sends. */
export interface FarEndCalls {
  hear(frame: AudioFrame): void
  interrupt(): Heard | undefined
  /** The turn is over by command; `text` is what was typed. */
  endTurn(source: 'client' | 'text', text?: string): void
  played(reply: ReplyId, ms: number): void
  closed(reason: CloseReason): void
}

/** The inbox of one leg: deaf as soon as another leg has its place, or the session ends. */
export function createLegInbox(isLive: () => boolean, calls: FarEndCalls): Inbox {
  return {
    audio(frame) {
      if (isLive()) calls.hear(frame)
    },
    interrupt: () => (isLive() ? calls.interrupt() : undefined),
    commit() {
      if (isLive()) calls.endTurn('client')
    },
    text(text) {
      if (isLive() && text.trim() !== '') calls.endTurn('text', text)
    },
    played(reply, ms) {
      if (isLive()) calls.played(reply, ms)
    },
    closed(reason) {
      if (isLive()) calls.closed(reason)
    },
  }
}
