import type { Clock, SttStream } from '@parley/core'
import type { Hearing } from '../wire/hearing.js'
import type { CartesiaSttMessage } from './stt-messages.js'

/** What makes one of the two sockets a stream of ours. */
export type Ear = (options: EarOptions) => {
  readonly stream: SttStream
  onMessage(message: CartesiaSttMessage): void
}

export interface EarOptions {
  readonly hearing: Hearing
  readonly clock: Clock
  /** For turns: how long the vendor's end is waited for, ms. */
  readonly turnEndWaitMs: number
  /** For turns: sound that may be sent without a word of the vendor while it owes a turn's end, ms. */
  readonly patienceMs: number
}
