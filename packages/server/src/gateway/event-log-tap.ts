import type { SessionEvent, SessionId, Tap } from '@parley/core'
import type { LogEntry, Store } from '@parley/platform'

/** Writes every event of a session into the store's log; words of partial transcripts and shapes of the mouth would only swell it. */
export function createEventLogTap(
  store: Pick<Store, 'appendEvents'>,
  session: SessionId,
  /** Where the numbering goes on. */
  fromSeq: number,
): Tap {
  let seq = fromSeq
  return {
    name: 'event-log',
    event(event: SessionEvent) {
      if (event.kind === 'transcript-partial' || event.kind === 'reply-visemes') return
      const entry: LogEntry = { seq, event }
      seq += 1
      store.appendEvents(session, [entry])
    },
  }
}
