/**
 * What was said so far, as a device that comes later is told it: made of what was announced and nothing else, so that
 * history and the events behind it have neither a gap nor a repetition. The oldest goes.
 */
import type { HistoryEntry, SessionEvent } from '@parley/core'
import { VOICE_MAX_MESSAGE_BYTES } from '@parley/protocol'
import type { CompanyMessage } from './device-line.js'

type PastMessage = Extract<CompanyMessage, { type: 'history' }>
type PastEntry = PastMessage['entries'][number]

export interface PastEntries {
  /** In the order in which it is announced. */
  announced(event: SessionEvent): void
  message(): PastMessage
}

const MOST_ENTRIES = 200
/** Of the entries in one message: the protocol allows a little more, and so does every carrier of it. */
const MOST_BYTES = VOICE_MAX_MESSAGE_BYTES - 8_192

/** `before`: what was said in another process. */
export function createPastEntries(before: readonly HistoryEntry[] = []): PastEntries {
  const entries: PastEntry[] = []
  let truncated = false

  function add(entry: PastEntry): void {
    entries.push(entry)
    if (entries.length <= MOST_ENTRIES) return
    entries.shift()
    truncated = true
  }

  for (const entry of before) {
    const atMs = entry.role === 'agent' ? (entries.at(-1)?.atMs ?? 0) : entry.atMs
    const { turn, text } = entry
    if (entry.role === 'user') add({ kind: 'user', turn, text, origin: 'speech', atMs })
    else if (entry.role === 'agent') {
      const { reply, interrupted } = entry
      add({ kind: 'agent', turn, reply, said: text, heard: text, interrupted, atMs })
    }
  }

  function userSaid({ turn, text, origin, atMs }: Extract<SessionEvent, { kind: 'transcript-final' }>): void {
    // Each tells the whole text of the turn so far.
    const at = entries.findLastIndex(entry => entry.kind === 'user' && entry.turn === turn)
    const known = entries[at]
    if (known !== undefined) entries[at] = { kind: 'user', turn, text, origin, atMs: known.atMs }
    else if (text !== '') add({ kind: 'user', turn, text, origin, atMs })
  }

  return {
    announced(event) {
      if (event.kind === 'transcript-final') userSaid(event)
      if (event.kind !== 'reply-ended') return
      const { turn, reply, said, heard, interrupted, atMs } = event
      add({ kind: 'agent', turn, reply, said, heard: heard.text, interrupted, atMs })
    },
    message() {
      const told = newestWithin(entries, MOST_BYTES)
      return { type: 'history', entries: told, truncated: truncated || told.length < entries.length }
    },
  }
}

/** As many of the newest as fit. */
function newestWithin(entries: readonly PastEntry[], mostBytes: number): PastEntry[] {
  let bytes = 0
  const isOver = (entry: PastEntry) => {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1
    return bytes > mostBytes
  }
  return entries.slice(entries.findLastIndex(isOver) + 1)
}
