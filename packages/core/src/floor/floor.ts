/**
 * Who has the floor: a pure machine, one total table of floor × evidence. It knows no clock, does no I/O and keeps
 * nothing but the floor; what follows from evidence comes out as decisions, in the order to carry them out.
 */

import { agent, overlap, thinking } from './agent-rows.js'
import { open, pause, user } from './caller-rows.js'
import type { Floor, Step } from './decision.js'
import type { Evidence } from './evidence.js'
import type { Moment } from './moment.js'
import type { Row } from './moves.js'

export type { Decision, Floor, Step } from './decision.js'
export type { CallerVoice, Moment } from './moment.js'

const table: { readonly [From in Floor]: Row } = { open, user, pause, thinking, agent, overlap }

/** The next floor and what follows, in order. Total: every floor has an answer to all evidence. */
export function step(floor: Floor, evidence: Evidence, moment: Moment): Step {
  const row = table[floor]
  const handle = row[evidence.kind] as (evidence: Evidence, moment: Moment) => Step
  return handle(evidence, moment)
}
