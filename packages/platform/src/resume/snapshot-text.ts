/**
 * A snapshot and its facts as JSON, and back. The history grows with the call and seldom changes between two snapshots:
 * its text is kept with its array. Over the limit the oldest entries go: a conversation that forgot its beginning is
 * better than one that is cut off.
 */

import type { HistoryEntry, Json, SessionSnapshot } from '@parley/core'

export interface KeptSnapshot {
  readonly snapshot: SessionSnapshot
  /** What the host needs beside it. */
  readonly facts: Json
}

const VERSION = 1
const texts = new WeakMap<readonly HistoryEntry[], string>()

/** Undefined where even without its history it is longer than `maxChars`. */
export function textOf({ snapshot, facts }: KeptSnapshot, maxChars: number): string | undefined {
  const { history, ...rest } = snapshot
  const head = JSON.stringify({ version: VERSION, facts, snapshot: rest })
  let entries: readonly HistoryEntry[] = history
  for (;;) {
    const text = `${head.slice(0, -2)},"history":${historyText(entries)}}}`
    if (text.length <= maxChars) return text
    if (entries.length === 0) return undefined
    entries = entries.slice(Math.ceil(entries.length / 2))
  }
}

/** Undefined for what another version wrote, or nobody. */
export function snapshotOf(text: string): KeptSnapshot | undefined {
  const read: unknown = JSON.parse(text)
  if (typeof read !== 'object' || read === null || !('version' in read) || read.version !== VERSION)
    return undefined
  const { snapshot, facts } = read as unknown as KeptSnapshot
  return { snapshot, facts }
}

function historyText(history: readonly HistoryEntry[]): string {
  const known = texts.get(history)
  if (known !== undefined) return known
  const text = JSON.stringify(history)
  texts.set(history, text)
  return text
}
