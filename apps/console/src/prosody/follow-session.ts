/** The view of the page's own conversation: follows from when it is first wanted until the page is left. */
import type { ServerMessage } from '@parley/protocol'
import type { ConsoleSession } from '../session/console-session.js'
import { createProsodyStore, type ProsodyStore } from './prosody-store.js'

export interface FollowedSession {
  readonly store: ProsodyStore
  /** Whether prosody was asked for the conversation that is there now. */
  readonly asked: () => boolean
}

const followed = new WeakMap<ConsoleSession, FollowedSession>()

export function followSession(session: ConsoleSession): FollowedSession {
  const known = followed.get(session)
  if (known) return known
  const store = createProsodyStore()
  let asked = false
  session.followProsody({
    asked(plays) {
      asked = true
      store.take({ type: 'begin', agentBy: plays ? 'player' : 'estimate' })
    },
    message(message) {
      if (asked) take(store, message)
    },
    heard(reply, ms) {
      if (asked) store.take({ type: 'heard', reply, ms, atMs: store.nowMs() })
    },
    over() {
      asked = false
      store.run(false)
    },
  })
  const mine = { store, asked: () => asked }
  followed.set(session, mine)
  return mine
}

function take(store: ProsodyStore, message: ServerMessage): void {
  if ('atMs' in message) store.observe(message.atMs)
  switch (message.type) {
    case 'prosody':
    case 'utterance':
    case 'cleared':
    case 'visemes':
    case 'speech-started':
    case 'speech-ended':
    case 'reply-ended':
    case 'ducked':
    case 'resumed':
    case 'judged':
    case 'session-ended':
      store.take(message)
      break
    default:
  }
  store.take({ type: 'clock', atMs: store.nowMs() })
}
