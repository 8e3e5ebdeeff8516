/** Answers beside the conversation: the model has one voice and one memory, so the reasoner answers, in words alone. */

import { type EngineCall, ParleyError, type ReplyPart, type Turn } from '@parley/core'
import type { Reasoner } from '../reasoner/reasoner.js'

/** @throws ParleyError `provider_rejected` without a reasoner */
export async function* asideByReasoner(
  reasoner: Reasoner | undefined,
  call: EngineCall,
  turn: Turn,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  if (reasoner === undefined) {
    const message = 'A live model cannot answer beside its conversation; give the agent a reasoner for that.'
    throw new ParleyError('provider_rejected', message)
  }
  const { instructions } = turn.wishes ?? {}
  const { account = call.account } = turn
  const question = {
    text: turn.text,
    ...(instructions === undefined ? {} : { asked: instructions }),
    history: turn.history,
    language: call.language,
    ...(account === undefined ? {} : { account }),
  }
  const { text, inputTokens, outputTokens } = await reasoner.decide(question, signal)
  if (signal.aborted) return
  yield { kind: 'words', text }
  yield { kind: 'usage', inputTokens, outputTokens }
}
