/** Carriers' words for how a call stands, as ours: the names are Twilio's. */

import type { AnsweredBy, LegStatus } from '../call.js'

const statuses: ReadonlyMap<string, LegStatus> = new Map([
  ['queued', 'initiated'],
  ['initiated', 'initiated'],
  ['ringing', 'ringing'],
  ['in-progress', 'in-progress'],
  ['answered', 'in-progress'],
  ['completed', 'completed'],
  ['busy', 'busy'],
  ['no-answer', 'no-answer'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
])

/** Undefined for words that nobody has told us of. */
export function legStatusOf(word: string | undefined): LegStatus | undefined {
  return word === undefined ? undefined : statuses.get(word)
}

export interface MachineWord {
  readonly answeredBy?: AnsweredBy
  readonly machine?: 'start' | 'end'
}

/** `AnsweredBy`: `human`, `machine_start`, `machine_end_beep`, `…_silence`, `…_other`, `fax`, `unknown`. */
export function answeredByOf(word: string | undefined): MachineWord {
  if (word === 'human' || word === 'fax' || word === 'unknown') return { answeredBy: word }
  if (word === 'machine_start') return { answeredBy: 'machine', machine: 'start' }
  if (word !== undefined && /^machine_end_/.test(word)) return { answeredBy: 'machine', machine: 'end' }
  return {}
}
