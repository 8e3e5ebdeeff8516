/**
 * What the model has to be told of a turn that it did not hear. Words of callers are told as something to know, and what to
 * do with them as an instruction: they never become one.
 */

import type { HistoryEntry, Turn } from '@parley/core'
import type { FarLine } from './far-line-contract.js'

export interface Telling {
  readonly greeting: string | undefined
  /** What a far end put into the history and the model was not told yet. */
  news(history: readonly HistoryEntry[]): readonly HistoryEntry[]
}

export function tellTurn(far: FarLine, turn: Turn, { greeting, news }: Telling): void {
  switch (turn.origin) {
    case 'opening':
      if (greeting !== undefined) far.tell(greeting)
      else far.instruct('The call has begun. Greet the caller now, in one sentence.')
      return
    case 'text':
      far.think(`The caller typed: ${JSON.stringify(turn.text)}`)
      return far.instruct('Answer aloud now what the caller typed.')
    case 'prompt':
      if (turn.text !== '') far.tell(turn.text)
      else far.instruct('The caller is silent. Ask in one sentence whether they are still there.')
      return
    case 'asked':
      for (const { role, text } of news(turn.history))
        far.think(role === 'user' ? `The caller typed: ${JSON.stringify(text)}` : text)
      return far.instruct(turn.wishes?.instructions ?? 'Answer the caller now.')
    case 'speech':
    case 'engine':
      return
    default:
      turn.origin satisfies never
  }
}
