/** What is new in the words of a recogniser that was told some sound again. */

import type { SttEvent } from '@parley/core'

type Transcript = Extract<SttEvent, { readonly text: string }>

/**
 * The event without words whose middle lies before `settledMs`, since another recogniser has given those. Undefined if
 * nothing is left.
 */
export function freshTranscript(event: Transcript, settledMs: number): Transcript | undefined {
  const { words } = event
  if (words === undefined || words.length === 0)
    return (event.startMs + event.endMs) / 2 > settledMs ? event : undefined
  const fresh = words.filter(({ startMs, endMs }) => (startMs + endMs) / 2 > settledMs)
  const [first] = fresh
  if (first === undefined) return undefined
  if (fresh.length === words.length) return event
  return { ...event, words: fresh, startMs: first.startMs, text: fresh.map(({ text }) => text).join(' ') }
}
