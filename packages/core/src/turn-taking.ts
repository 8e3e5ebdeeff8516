import { createEndpointing } from './endpointing/create-endpointing.js'
import type { Endpointing } from './endpointing/endpointing.js'
import type { TurnPolicy } from './floor/policy.js'
import { createJudge } from './judge/create-judge.js'
import type { Judge } from './judge/judge.js'
import { turnWordsOf } from './language/index.js'

/** What decides about the turns of one session, made of its policy: the same here, in a test and in a replay. */
export interface TurnTaking {
  readonly judge: Judge
  readonly endpointing: Endpointing
}

/** `language` is BCP 47. */
export function turnTaking(policy: TurnPolicy, language: string): TurnTaking {
  return {
    judge: createJudge(policy.judge, turnWordsOf(language)),
    endpointing: createEndpointing(policy.endpoint, language),
  }
}
