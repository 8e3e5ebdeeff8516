/** A stream that brought no ticket becomes a call of its own: who is called, and by which agent it is answered. */

import { type AttemptId, type Call, type CallAttempt, type CallId, isE164 } from '@parley/calls'
import type { PhoneOpenRequest } from '@parley/transports'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import { adoptedCall } from './adopted-call.js'
import type { CallAround } from './call-around.js'
import type { CallWorld } from './call-world.js'
import type { PhoneNumbers } from './phone-numbers.js'

export interface AdoptParts {
  readonly world: CallWorld
  readonly agents: AgentCatalogue
  readonly numbers: PhoneNumbers
  /** BCP 47, of calls that do not say. */
  readonly language: string
  readonly around: CallAround
}

/** Of a stream that says nothing of numbers, at a gateway that has none. */
const UNKNOWN_NUMBER = '+10000000'

/** @throws ParleyError `not_found` for an unknown agent, `store_…` */
export async function adopt(
  { phone, principal: { tenant }, hello }: PhoneOpenRequest,
  { world, agents, numbers, around, language: usual }: AdoptParts,
): Promise<{ readonly call: Call; readonly attempt: CallAttempt }> {
  const { store, ids, epochMs } = world
  const { dialect, callSid, streamSid, parameters } = phone
  const { to: named = '' } = parameters
  const to = isE164(named) ? named : (numbers.callerId(tenant) ?? UNKNOWN_NUMBER)
  const answers = numbers.answers(to)
  const agent = agents.choose(hello.agent ?? answers.agent, hello.language ?? answers.language ?? usual)
  const taken = await store.takeCall({
    id: ids.next('call') as CallId,
    attempt: ids.next('att') as AttemptId,
    tenant,
    carrier: dialect,
    carrierCall: adoptedCall(callSid, streamSid, ids.next('tok')),
    from: parameters.from ?? '',
    to,
    agent: agent.agent,
    ...(hello.language === undefined ? {} : { language: hello.language }),
    record: answers.record || phonePlanOf(agent).record,
    atMs: epochMs(),
  })
  around.began(taken.call)
  return taken
}
