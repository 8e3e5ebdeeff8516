/** What becomes of a fault in what a far end sent: answered, or the end of the socket. */
import { ParleyError } from '@parley/core'
import * as endings from './endings.js'

export type FaultVerdict =
  | { readonly kind: 'answer'; readonly error: ParleyError }
  | { readonly kind: 'end'; readonly ending: endings.Ending }
  /** Not the far end's. */
  | { readonly kind: 'ours' }

export interface MessageFaults {
  judge(thrown: unknown, phase: 'hello' | 'talking'): FaultVerdict
  /** A good message came. */
  reset(): void
}

/** Faults of the far end: answered, and fatal only when they come in a row. */
const farEndFaults: readonly string[] = ['bad_message', 'bad_audio', 'too_large']
/** What a device may not do, or not now: answered, and never fatal. */
const refusals: readonly string[] = ['forbidden', 'conflict', 'not_found']

export function createMessageFaults(mostInARow: number): MessageFaults {
  let inARow = 0
  return {
    judge(thrown, phase) {
      const error = ParleyError.from(thrown)
      if (error.code === 'rate_limited') return { kind: 'end', ending: endings.tooMuch(error) }
      if (phase === 'talking' && refusals.includes(error.code)) return { kind: 'answer', error }
      if (!farEndFaults.includes(error.code)) return { kind: 'ours' }
      if (phase === 'hello') return { kind: 'end', ending: endings.badFirst(error) }
      inARow += 1
      if (inARow >= mostInARow) return { kind: 'end', ending: endings.badInARow(error, inARow) }
      return { kind: 'answer', error }
    },
    reset() {
      inARow = 0
    },
  }
}
