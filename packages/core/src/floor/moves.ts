/** What several rows of the floor's table have in common: how the floor is taken, kept, and given back. */

import {
  awaitEnd,
  type Decision,
  duck,
  prepare,
  resume,
  type Step,
  stopJudge,
  turnClose,
  turnCommit,
  turnOpen,
} from './decision.js'
import type { Evidence } from './evidence.js'
import type { CallerVoice, Moment } from './moment.js'

type Of<Kind extends Evidence['kind']> = Extract<Evidence, { kind: Kind }>
export type Row = { readonly [Kind in Evidence['kind']]: (evidence: Of<Kind>, moment: Moment) => Step }
export type EndSource = Of<'end-of-turn'>['source']

export const stay = (floor: Step[0]) => (): Step => [floor]

/** A vendor's word counts by itself only where the agent says so; else it is evidence for endpointing. */
export const decides = ({ policy }: Moment): boolean => policy.endpoint.vendor === 'decides'
export const may = ({ policy }: Moment): boolean => policy.bargeIn !== 'none'
/** Only the far end's own word ends a turn, and nobody interrupts by voice. */
export const isTold = ({ steer }: Moment): boolean => steer.turnsEnd === 'told'
/** What is said over the agent is a turn that nobody answers. */
export const isKept = (moment: Moment): boolean =>
  !may(moment) && moment.steer.overheard === 'kept' && !isTold(moment)

/** Who speaks of their own accord: the caller's turn goes on. */
export const isOwn = (source: EndSource): boolean => source === 'opening' || source === 'prompt'

/** A turn, unless one is under way. */
export const opened = ({ turn }: Moment): readonly Decision[] => (turn === 'open' ? [] : [turnOpen])

/** Whether the turn under way is answered as soon as it is over. */
const isAnswered = (moment: Moment): boolean =>
  moment.steer.answers === 'itself' || (moment.wanted && !isTold(moment))

/** The caller's turn is over: it is answered, or waits until an answer is asked for. */
export const over = (moment: Moment, ...first: readonly Decision[]): Step =>
  isAnswered(moment) ? ['thinking', ...first, turnCommit] : ['open', ...first, turnClose]

/** An answer that will be given without another word may be prepared. */
export const early = (moment: Moment): readonly Decision[] => (isAnswered(moment) ? [prepare] : [])

/** The agent is heard. Who speaks already is in overlap with it, as if they had begun just now. */
export const heard = (moment: Moment): Step => {
  if (moment.voice !== 'speaking' || isTold(moment)) return ['agent']
  if (isKept(moment)) return ['overlap', ...opened(moment)]
  return may(moment) ? ['overlap', duck] : ['overlap']
}

/** The judge gives the floor to the caller: there was a voice, though the ear may have missed it. */
export const claimed = (moment: Moment, ...first: readonly Decision[]): Step =>
  takeFloor(moment, moment.voice === 'silent' ? 'spoke' : moment.voice, ...first)

/** The overlap meant nothing; a voice that goes on is still listened to: it may claim the floor yet. */
export const passed = ({ voice, turn }: Moment): Step => {
  if (voice === 'speaking') return ['overlap', resume]
  return turn === 'open' ? ['overlap', stopJudge, resume, awaitEnd] : ['agent', stopJudge, resume]
}

/** The caller has the floor with what they say, or just said, over an agent who is or falls silent. */
export function takeFloor(moment: Moment, voice: CallerVoice, ...first: readonly Decision[]): Step {
  if (isTold(moment)) return ['open', stopJudge, ...first]
  if (voice === 'speaking') return ['user', stopJudge, ...first, ...opened(moment)]
  if (voice === 'spoke' || moment.turn === 'open')
    return ['pause', stopJudge, ...first, ...opened(moment), awaitEnd]
  return ['open', stopJudge, ...first]
}

/** The far end says that a turn is over while the agent has the floor: it cuts the answer only to be answered itself. */
export function toldOver(moment: Moment, floor: 'thinking' | 'agent', cut: Decision): Step {
  return moment.steer.answers === 'itself'
    ? ['thinking', cut, ...opened(moment), turnCommit]
    : [floor, ...opened(moment), turnClose]
}
