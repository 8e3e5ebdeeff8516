import type { ParleyError } from '@parley/core'

/** What went wrong with a provider and what was done about it, for those who run the gateway. */
export interface Incident {
  readonly slot: 'stt' | 'llm' | 'tts'
  readonly provider: string
  readonly action: IncidentAction
  readonly atMs: number
  /** Why; absent where nothing failed. */
  readonly error?: ParleyError
}

export type IncidentAction =
  /** It failed before anything of it was heard or used. */
  | 'failed'
  /** It failed after that; another goes on from there. */
  | 'broke-off'
  /** It was too slow to begin, so the next was started beside it. */
  | 'hedged'
  /** It is left alone for a while. */
  | 'rested'
  /** It is used again. */
  | 'returned'
  /** Nobody could answer, or could go on. */
  | 'gave-up'
  /** Sound was lost, as too much of it waited for a recogniser. */
  | 'dropped-sound'

export type OnIncident = (incident: Incident) => void
