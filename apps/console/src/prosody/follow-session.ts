/** The view of the page's own conversation: follows from when it is first wanted until the page is left. */
import { createProsodyTimeline, type ProsodyTimeline } from '@parley/client'
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
  let heardUntil: (() => void) | undefined
  session.followProsody({
    began(client, player) {
      heardUntil?.()
      store.take({ type: 'begin', agentBy: player ? 'player' : 'estimate' })
      heardUntil = player ? followHeard(store, createProsodyTimeline(client, player)) : () => {}
    },
    message(message) {
      if (heardUntil) take(store, message)
    },
    // A page that is not looked at draws no frames, and yet is told.
    heard(reply, ms) {
      if (heardUntil) store.take({ type: 'heard', reply, ms, atMs: store.nowMs() })
    },
    over() {
      heardUntil?.()
      heardUntil = undefined
      store.run(false)
    },
  })
  const mine = { store, asked: () => heardUntil !== undefined }
  followed.set(session, mine)
  return mine
}

/** Tells at each frame what is heard by now, until the returned function is called. */
function followHeard(store: ProsodyStore, timeline: ProsodyTimeline): () => void {
  let request = requestAnimationFrame(frame)
  function frame(): void {
    request = requestAnimationFrame(frame)
    const { reply, playedMs } = timeline.at(performance.now())
    if (reply !== undefined) store.take({ type: 'heard', reply, ms: playedMs, atMs: store.nowMs() })
  }
  return () => {
    cancelAnimationFrame(request)
    timeline.close()
  }
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
