/** What is made of a transcript, by a model or by rules: an outcome without the parts that are only counted. */

import type { Json } from '@parley/core'
import type { Sentiment } from './sentiment.js'

export interface Summary {
  readonly summary: string
  /** Null where no outcome is wanted. */
  readonly result: Json
  readonly problems: readonly string[]
  readonly sentiment: Sentiment
  readonly followUps: readonly FollowUp[]
  /** `extract`, or provider and model. */
  readonly by: string
}

export interface FollowUp {
  readonly what: string
  /** Epoch ms. */
  readonly dueAtMs?: number
}
