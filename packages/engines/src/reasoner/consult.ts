/** One question to a reasoner and what became of it, for the answer and for the account of who decided. */

import { type Clock, type DecisionUse, ParleyError } from '@parley/core'
import type { Decision, Question, Reasoner } from './reasoner.js'

/** Why it is asked. */
export type Why = Pick<DecisionUse, 'cause' | 'rule'>

export interface Verdict {
  /** Undefined where it failed or came too late. */
  readonly decision: Decision | undefined
  readonly error: ParleyError | undefined
  readonly use: DecisionUse
}

export interface Consulting {
  readonly reasoner: Reasoner
  readonly clock: Clock
}

/** Never rejects; resolves soon after `signal` aborts. */
export async function consult(
  { reasoner, clock }: Consulting,
  { question, why }: { readonly question: Question; readonly why: Why },
  signal: AbortSignal,
): Promise<Verdict> {
  const beganMs = clock.now()
  const used = (outcome: DecisionUse['outcome'], tookMs: number): DecisionUse => ({
    by: reasoner.name,
    cause: why.cause,
    ...(why.rule === undefined ? {} : { rule: why.rule }),
    outcome,
    tookMs: Math.round(tookMs),
  })
  try {
    const decision = await reasoner.decide(question, signal)
    return { decision, error: undefined, use: used('decided', decision.tookMs) }
  } catch (thrown) {
    const error = ParleyError.from(thrown, 'engine_failed')
    const outcome = error.code === 'timeout' ? 'late' : 'failed'
    return { decision: undefined, error, use: used(outcome, clock.now() - beganMs) }
  }
}
