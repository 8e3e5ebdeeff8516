/** The caller's words of a turn, waited for only where something depends on them. */

import type { Turn } from '@parley/core'
import type { FarLine } from './far-line.js'
import type { Talk } from './talk.js'

const RULES_WAIT_MS = 400

/** Of our own recogniser; else of the vendor's, for a bounded time. Resolves early on abort. */
export async function wordsOfTurn(
  talk: Talk,
  line: FarLine,
  turn: Turn,
  signal: AbortSignal,
): Promise<string> {
  const { listening, lookingUp, options } = talk
  const isWanted = lookingUp !== undefined || options.reasoner !== undefined
  if (turn.origin !== 'speech' || !isWanted) return turn.text.trim()
  if (listening !== undefined) return listening.textOf(turn, signal)
  await wholeWords(talk, line, turn, signal)
  return line.hearing.wordsOf(turn.id).text || turn.text.trim()
}

function wholeWords(talk: Talk, line: FarLine, turn: Turn, signal: AbortSignal): Promise<void> {
  if (line.hearing.wordsOf(turn.id).isWhole || signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const done = () => {
      cancel()
      unwatch()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = talk.call.clock.after(talk.options.rulesWaitMs ?? RULES_WAIT_MS, done)
    const unwatch = line.hearing.onWords(() => {
      if (line.hearing.wordsOf(turn.id).isWhole) done()
    })
    signal.addEventListener('abort', done, { once: true })
  })
}
