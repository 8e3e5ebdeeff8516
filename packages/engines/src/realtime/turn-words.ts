/** The caller's words of a turn, waited for only where something depends on them. */

import type { Turn } from '@parley/core'
import { askedOf } from '../cascade/asked-request.js'
import type { FarLine } from './far-line.js'
import type { Talk } from './talk.js'

const RULES_WAIT_MS = 400
/** A turn without words that is shorter is none, ms. */
const BLIP_MS = 700

/** Of our own recogniser; else of the vendor's, for a bounded time. Resolves early on abort. */
export async function wordsOfTurn(
  talk: Talk,
  line: FarLine,
  turn: Turn,
  signal: AbortSignal,
): Promise<string> {
  const { listening, lookingUp, options } = talk
  const isWanted = lookingUp !== undefined || options.reasoner !== undefined
  if (turn.origin === 'asked') return wordsAsked(turn)
  if (turn.origin !== 'speech' || !isWanted) return turn.text.trim()
  if (listening !== undefined) return listening.textOf(turn, signal)
  await wholeWords(talk, line, turn, signal)
  return line.hearing.wordsOf(turn.id).text || turn.text.trim()
}

/** Those at the end of the history; none where this goes on with what a tool gave: they had their answer. */
function wordsAsked(turn: Turn): string {
  const { userText, exchanges } = askedOf(turn, '')
  return exchanges.length === 0 ? (userText ?? '') : ''
}

/** A cough or a click, by a recogniser of our own: it is not answered. Only a short turn without words is waited for. */
export async function isBlip({ listening }: Talk, turn: Turn, signal: AbortSignal): Promise<boolean> {
  const isShort = turn.origin === 'speech' && turn.endMs - turn.startMs < BLIP_MS
  if (listening === undefined || !isShort || turn.text.trim() !== '') return false
  return (await listening.textOf(turn, signal)) === ''
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
