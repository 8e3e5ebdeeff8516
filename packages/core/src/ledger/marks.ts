/** The moments of one turn, in order; a stage is the difference of two neighbours, so stages add up. */
export const ledgerMarks = [
  /** The caller's last voiced sample, placed on the session clock. */
  'last-voice',
  /** The end of the turn was decided. */
  'endpoint',
  /** The recogniser's final text was there. */
  'final-text',
  /** Context for the prompt was there. */
  'context',
  /** Another model's decision was there. */
  'decision',
  /** The mind's first token. */
  'first-token',
  /** The first clause that can be spoken. */
  'first-clause',
  /** The voice's first audio. */
  'first-voice',
  /** The first frame left the server. */
  'first-sent',
  /** The first sample reached the ear. */
  'first-heard',
] as const

export type LedgerMark = (typeof ledgerMarks)[number]
