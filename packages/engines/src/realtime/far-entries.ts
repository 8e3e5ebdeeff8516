/** The entries of a history as a far conversation holds them: the newest, and a note where a turn was not written down. */

import { actedIn, type HistoryEntry, type ToolExchange, type TurnId } from '@parley/core'

/** Older ones are taken out. */
export const MAX_ENTRIES = 200

const unwritten = '(The caller said something here that was not written down.)'

/** `wasSpoken`: whether this reply answered a turn that was spoken. */
export function farEntries(
  history: readonly HistoryEntry[],
  wasSpoken: (entry: HistoryEntry & { readonly role: 'agent' }) => boolean,
): readonly HistoryEntry[] {
  const newest = history.slice(-MAX_ENTRIES)
  const known = new Set<TurnId>(newest.flatMap(({ role, turn }) => (role === 'user' ? [turn] : [])))
  return newest.flatMap((entry): readonly HistoryEntry[] => {
    const { role, turn } = entry
    if (role !== 'agent' || known.has(turn) || !wasSpoken(entry)) return [entry]
    known.add(turn)
    return [{ role: 'user', turn, text: unwritten, atMs: 0 }, entry]
  })
}

export function keyOf(entry: HistoryEntry): string {
  return entry.role === 'agent' ? `agent ${entry.reply}` : `${entry.role} ${entry.turn}`
}

/** One call each. */
export function exchangesOf(entry: HistoryEntry & { readonly role: 'agent' }): readonly ToolExchange[] {
  return actedIn(entry.state)
}
