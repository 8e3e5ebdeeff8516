/**
 * Evidence that waits for its frame: one piece is given per frame. What waits is shortened where it says the same in
 * fewer words: an onset nobody has been told of needs no taking back, and neighbouring utterances are joined rather
 * than kept without end.
 */

import type { Evidence } from '../floor/evidence.js'

export type HeardEvidence = Extract<
  Evidence,
  { kind: 'onset' | 'onset-lost' | 'speech-start' | 'speech-end' }
>

export interface EvidenceQueue {
  push(evidence: HeardEvidence): void
  /** The next piece to give. */
  shift(): HeardEvidence | undefined
  readonly empty: boolean
}

/** Past it, neighbouring utterances are joined into one. */
const maxWaiting = 16

export function createEvidenceQueue(): EvidenceQueue {
  const waiting: HeardEvidence[] = []
  return {
    get empty() {
      return waiting.length === 0
    },
    shift: () => waiting.shift(),
    push(evidence) {
      const last = waiting.at(-1)?.kind
      if (last === 'onset') {
        waiting.pop()
        if (evidence.kind === 'onset-lost') return
      }
      if (
        evidence.kind === 'speech-start' &&
        waiting.length >= maxWaiting &&
        waiting.at(-1)?.kind === 'speech-end'
      ) {
        waiting.pop()
        return
      }
      waiting.push(evidence)
    },
  }
}
