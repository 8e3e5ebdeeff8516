/** A tap that is made with the first event of its session, so that its time begins with the session's. */

import type { Tap } from '@parley/core'

export function startedByEvent(make: () => Tap): Tap {
  let made: Tap | undefined
  return {
    name: 'recording',
    userAudio: frame => made?.userAudio?.(frame),
    agentAudio: (frame, reply, heardInMs) => made?.agentAudio?.(frame, reply, heardInMs),
    agentCleared: (reply, heardMs) => made?.agentCleared?.(reply, heardMs),
    event(event) {
      made ??= make()
      made.event?.(event)
    },
  }
}
