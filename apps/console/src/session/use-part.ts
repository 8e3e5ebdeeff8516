/** One part of the session's state; whoever reads it is drawn again when that part changes, and for nothing else. */
import { useSyncExternalStore } from 'react'
import type { ConsoleSession } from './console-session.js'
import type { ConsoleState } from './console-state.js'

/** `read` picks a part and makes nothing new: what it gives is compared by identity. */
export function usePart<Part>(session: ConsoleSession, read: (state: ConsoleState) => Part): Part {
  return useSyncExternalStore(session.subscribe, () => read(session.snapshot()))
}
