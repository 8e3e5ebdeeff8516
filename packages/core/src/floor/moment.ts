import type { Steer } from '../session/steering.js'
import type { TurnPolicy } from './policy.js'

/** What the ear is sure of: `spoke` is a voice that ended in this overlap and was not ruled on yet. */
export type CallerVoice = 'silent' | 'speaking' | 'spoke'

/** The newest turn of the caller's: under way, over and never answered, or nothing that is waited for. */
export type CallerTurnState = 'open' | 'unanswered' | 'over'

/** What decides beside the evidence. */
export interface Moment {
  /** As it is held now, and as the reply under way has it. */
  readonly policy: TurnPolicy
  readonly voice: CallerVoice
  readonly steer: Pick<Steer, 'turnsEnd' | 'answers' | 'overheard'>
  readonly turn: CallerTurnState
  /** Whether an answer was asked for and waits to be given. */
  readonly wanted: boolean
  /** Whether the engine has given all of the answer under way: only its sound is left. */
  readonly made: boolean
}
