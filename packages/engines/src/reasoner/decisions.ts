/**
 * The questions of one conversation that talks beside its answers (a far model, a vendor's delegation): at most one is
 * open. What comes to one that was dropped, or came already, goes nowhere.
 */

import { type Consulting, consult, type Verdict, type Why } from './consult.js'
import type { Question } from './reasoner.js'

export interface Decisions {
  /** Whether a question is open. */
  readonly open: boolean
  /** Asks; a question that is open is dropped. `told` is called once, or never if the question is dropped before. */
  ask(asked: { readonly question: Question; readonly why: Why }, told: (verdict: Verdict) => void): void
  /** The question that is open is not wanted any more (a barge-in, the end of the call). */
  drop(): void
}

export function createDecisions(consulting: Consulting): Decisions {
  let current: AbortController | undefined
  const drop = () => {
    const dropped = current
    current = undefined
    dropped?.abort()
  }
  return {
    get open() {
      return current !== undefined
    },
    ask(asked, told) {
      drop()
      const own = new AbortController()
      current = own
      void consult(consulting, asked, own.signal).then(verdict => {
        if (current !== own) return
        current = undefined
        told(verdict)
      })
    },
    drop,
  }
}
