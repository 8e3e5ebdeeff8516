/** The far conversation is made what the session's is, up to and with this turn: what was said in it, and when. */

import type { Turn, TurnId } from '@parley/core'
import type { FarLine } from './far-line.js'
import type { Talk } from './talk.js'

/** Speech that ended so long before a turn is none of it, ms. */
const BEFORE_MS = 300

export function tellTurn(talk: Talk, line: FarLine, turn: Turn): void {
  talk.book.settle()
  line.retool(talk.definitions())
  line.memory.sync(turn.history, turn.id)
  if (turn.origin === 'text') return line.memory.typed(turn.id, turn.text)
  if (turn.origin !== 'speech') return
  const earlier = talk.owed.before(turn.id)
  // What the vendor took for a turn and the session let pass is no part of any.
  for (const { item, toMs } of line.hearing.takeOver())
    line.hearing.assign(item, toMs >= turn.startMs - BEFORE_MS ? turn.id : turnAt(earlier, toMs))
  for (const each of earlier)
    if (!line.memory.knows(each.id) && !line.hearing.owes(each.id)) tellSound(talk, line, each)
  tellSound(talk, line, turn)
}

function turnAt(turns: readonly Turn[], atMs: number): TurnId | undefined {
  return turns.findLast(({ startMs, endMs }) => startMs - BEFORE_MS <= atMs && atMs <= endMs + BEFORE_MS)?.id
}

function tellSound(talk: Talk, line: FarLine, turn: Turn): void {
  const stretch = talk.uplink.commit(turn)
  if (stretch !== undefined) {
    line.memory.untyped(turn.id)
    const fromMs = Math.max(stretch.fromMs, turn.startMs)
    line.hearing.expects(turn.id, { fromMs, toMs: Math.max(fromMs, Math.min(stretch.toMs, turn.endMs)) })
    return
  }
  // Its sound is gone (or never was), and its words are known.
  if (turn.text.trim() !== '' && !line.memory.knows(turn.id) && !line.hearing.owes(turn.id))
    line.memory.typed(turn.id, turn.text.trim())
}
