/**
 * What was said so far, as a model is told when its session begins. What a tool gave, and what the line itself had told the
 * caller, are told as notes.
 */

import type { DuplexMessage, HistoryEntry } from '@parley/core'
import type { LineVoice } from './line-voice.js'

export function farMemory(
  history: readonly HistoryEntry[],
  line?: Pick<LineVoice, 'apart'>,
): readonly DuplexMessage[] {
  return history.flatMap((entry): readonly DuplexMessage[] => {
    if (entry.text.trim() === '') return []
    if (entry.role !== 'agent') return [{ role: entry.role, text: entry.text }]
    // Only what was heard; where it stopped, the model is to know it.
    const said = (text: string): DuplexMessage => ({
      role: 'assistant',
      text: entry.interrupted ? `${text} …` : text,
    })
    const { own, line: told, isLineFirst } = line?.apart(entry.text) ?? whole(entry.text)
    if (told === '') return [said(entry.text)]
    const note: DuplexMessage = { role: 'system', text: toldNote(told) }
    if (own === '') return [note]
    return isLineFirst ? [note, said(own)] : [{ role: 'assistant', text: own }, note]
  })
}

function whole(text: string): ReturnType<LineVoice['apart']> {
  return { own: text, line: '', isLineFirst: false }
}

function toldNote(text: string): string {
  return `The line itself, not you, told the caller: ${JSON.stringify(text)}`
}
