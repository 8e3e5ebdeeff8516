/** The far conversation is made what the session's is, up to and with the turn that is to be answered. */

import type { Turn } from '@parley/core'
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
  // What the vendor took for a turn and the session let pass is no part of this one.
  for (const { item, toMs } of line.hearing.takeOver())
    line.hearing.assign(item, toMs >= turn.startMs - BEFORE_MS ? turn.id : undefined)
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
