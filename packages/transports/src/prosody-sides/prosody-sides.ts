/** The prosody of all conversations of this process: who is tapped, and who may follow whom. */
import type { ProsodyAnalyser, ProsodyAnalyserOptions } from '@parley/audio'
import type { Clock, SessionId, Tap } from '@parley/core'
import type { ProsodyFeed } from '../prosody/prosody-feed.js'
import { createSessionSides, type SessionSides } from './session-sides.js'
import type { VisemesOfSound, VisemesOfWords } from './side-visemes.js'

export interface ProsodySidesOptions {
  /** The sessions' own. */
  readonly clock: Pick<Clock, 'now'>
  readonly analyser: (options: ProsodyAnalyserOptions) => ProsodyAnalyser
  /** For voices that give no shapes; without both such voices have none. */
  readonly visemesOfWords?: VisemesOfWords
  readonly visemesOfSound?: VisemesOfSound
}

export interface ProsodySides extends ProsodyFeed {
  /**
   * The tap that a new session is given; until its `session-ended` it can be followed by its tenant. A conversation that
   * goes on in another session of this process is followed there from then on.
   */
  tapOf(session: SessionId, tenant: string): Tap
  /** Conversations that can be followed. */
  readonly sessions: number
}

export function createProsodySides(options: ProsodySidesOptions): ProsodySides {
  const open = new Map<SessionId, { readonly tenant: string; readonly sides: SessionSides }>()
  return {
    get sessions() {
      return open.size
    },
    tapOf(session, tenant) {
      const sides = createSessionSides(options, () => {
        if (open.get(session)?.sides === sides) open.delete(session)
      })
      open.set(session, { tenant, sides })
      return sides.tap
    },
    follow({ session, tenant, ...wish }, follower) {
      const found = open.get(session)
      return found?.tenant === tenant ? found.sides.follow(wish, follower) : undefined
    },
  }
}
