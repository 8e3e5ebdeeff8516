/** An answer beside the conversation: it is given what it is to know, and the far end remembers nothing of it. */

import { actedIn, type FarItem, type HistoryEntry, type ReplyPart, type Turn } from '@parley/core'
import { asAsked } from './as-asked.js'
import { respond } from './responding.js'
import type { Making, Talk } from './talk.js'

/** @throws ParleyError where no model can be reached, or what the response failed with */
export async function* answerAside(
  talk: Talk,
  turn: Turn,
  making: Making,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  const line = await talk.lines.reach(signal)
  if (line === undefined || signal.aborted) return
  const asked = asAsked(talk, turn, {})
  const input = turn.history.flatMap((entry, at) => itemsOf(entry, `${asked.id}_${at}`))
  if (turn.text.trim() !== '')
    input.push({ kind: 'message', id: `${asked.id}_turn`, role: 'user', text: turn.text.trim() })
  // Tools of the agent's own may act; beside the conversation nothing is done.
  const ask = { ...asked, beside: true, input, tools: turn.wishes?.tools ?? [] } as const
  const { calls } = yield* respond(talk, { line, ask, making, mayDoubt: false }, signal)
  for (const call of calls) yield { kind: 'tool-call', call }
}

function itemsOf(entry: HistoryEntry, id: string): FarItem[] {
  const items: FarItem[] = []
  if (entry.role === 'agent')
    for (const { calls, results } of actedIn(entry.state)) {
      const [call] = calls
      const [result] = results
      if (call === undefined || result === undefined) continue
      items.push({ kind: 'tool-call', id: `${id}_c${items.length}`, call })
      items.push({ kind: 'tool-result', id: `${id}_r${items.length}`, call: call.id, text: result.text })
    }
  const role = entry.role === 'agent' ? 'assistant' : entry.role
  if (entry.text !== '') items.push({ kind: 'message', id, role, text: entry.text })
  return items
}
