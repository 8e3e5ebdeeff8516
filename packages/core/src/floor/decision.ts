import type { FloorTimer } from './evidence.js'

/** Who may speak: `pause` is the caller silent inside a turn, `overlap` both at once. */
export type Floor = 'open' | 'user' | 'pause' | 'thinking' | 'agent' | 'overlap'

export type Decision =
  /** A caller's turn begins. */
  | { readonly kind: 'turn-open' }
  /** The turn committed last goes on: it was closed too early and nothing of its answer was heard. */
  | { readonly kind: 'turn-reopen' }
  /** The turn is over and is answered. */
  | { readonly kind: 'turn-commit' }
  /** The turn is over; nobody answers it until an answer is asked for. */
  | { readonly kind: 'turn-close' }
  /** The turn that is over and was never answered is answered now. */
  | { readonly kind: 'answer' }
  /** An answer is asked for and has to wait: for the end of the turn, or of the answer that is still heard. */
  | { readonly kind: 'answer-later' }
  /** Begin to generate the answer behind the shut gate. */
  | { readonly kind: 'prepare' }
  /** Throw away the answer under way; nothing of it was heard as far as is known. */
  | { readonly kind: 'discard' }
  /** Lower the agent's voice and judge the overlap. */
  | { readonly kind: 'duck' }
  /** Silence the agent until the overlap is ruled on. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'barge-in' }
  /** Wait for the end of the turn, as long as endpointing says, from the caller's last voice. */
  | { readonly kind: 'await-end' }
  /** Rule on the overlap now, with what there is. */
  | { readonly kind: 'rule' }
  | { readonly kind: 'disarm'; readonly timer: FloorTimer }

export type Step = readonly [Floor, ...Decision[]]

export const turnOpen: Decision = { kind: 'turn-open' }
export const turnReopen: Decision = { kind: 'turn-reopen' }
export const turnCommit: Decision = { kind: 'turn-commit' }
export const turnClose: Decision = { kind: 'turn-close' }
export const answer: Decision = { kind: 'answer' }
export const answerLater: Decision = { kind: 'answer-later' }
export const prepare: Decision = { kind: 'prepare' }
export const discard: Decision = { kind: 'discard' }
export const duck: Decision = { kind: 'duck' }
export const hold: Decision = { kind: 'hold' }
export const resume: Decision = { kind: 'resume' }
export const bargeIn: Decision = { kind: 'barge-in' }
export const awaitEnd: Decision = { kind: 'await-end' }
export const rule: Decision = { kind: 'rule' }
export const stopEndpoint: Decision = { kind: 'disarm', timer: 'endpoint' }
export const stopJudge: Decision = { kind: 'disarm', timer: 'judge' }
