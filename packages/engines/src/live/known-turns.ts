/** Turns whose words the model heard or was told, so that what a far end puts into the history is told once. */

import type { HistoryEntry, TurnId } from '@parley/core'

export interface KnownTurns {
  add(turn: TurnId): void
  /** What others than the agent said, of turns that are not known; they are from now on. */
  news(history: readonly HistoryEntry[]): readonly HistoryEntry[]
}

/** As many as a session keeps. */
const MAX_TURNS = 500

export function knownTurns(): KnownTurns {
  const known = new Set<TurnId>()

  function add(turn: TurnId): void {
    known.add(turn)
    const [oldest] = known
    if (known.size > MAX_TURNS && oldest !== undefined) known.delete(oldest)
  }

  return {
    add,
    news(history) {
      const found = history.filter(({ role, turn }) => role !== 'agent' && !known.has(turn))
      for (const { turn } of found) add(turn)
      return found
    },
  }
}
