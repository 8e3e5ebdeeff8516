/** What was said so far, as a model is told when its session begins. What a tool gave is told as a note. */

import type { DuplexMessage, HistoryEntry } from '@parley/core'

export function farMemory(history: readonly HistoryEntry[]): readonly DuplexMessage[] {
  return history.flatMap((entry): readonly DuplexMessage[] => {
    if (entry.text.trim() === '') return []
    if (entry.role !== 'agent') return [{ role: entry.role, text: entry.text }]
    // Only what was heard; where it stopped, the model is to know it.
    return [{ role: 'assistant', text: entry.interrupted ? `${entry.text} …` : entry.text }]
  })
}
