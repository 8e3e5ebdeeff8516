/** How calls are dialled, from the settings, the phone file and the agent's plan. */

import {
  type Call,
  type CallingHours,
  type CallingWindow,
  type CarrierName,
  type DialPolicy,
  defaultRetries,
  type Weekday,
} from '@parley/calls'
import type { Config } from '../config/settings.js'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import type { PhoneNumbers, TenantPlan } from './phone-numbers.js'

export interface DialPolicyParts {
  readonly config: Pick<Config, 'callsPerSecond' | 'callsAtOnce'>
  readonly numbers: PhoneNumbers
  readonly agents: AgentCatalogue
  readonly carrier: CarrierName
}

export function dialPolicyOf({
  config,
  numbers,
  agents,
  carrier,
}: DialPolicyParts): (call: Call) => DialPolicy {
  return call => {
    const tenant = numbers.tenant(call.tenant)
    const { ringSeconds, maxSeconds, machine } = phonePlanOf(agents.choose(call.agent, call.language))
    const atOnce = tenant.atOnce ?? config.callsAtOnce
    return {
      carrier,
      ...(tenant.hours === undefined ? {} : { hours: hoursOf(tenant.hours) }),
      retries: defaultRetries,
      machineRetries: machine.then !== 'leave-message',
      limits: {
        perSecond: tenant.perSecond ?? config.callsPerSecond,
        liveByCaller: atOnce,
        liveByTenant: atOnce,
      },
      ringSeconds,
      maxSeconds,
    }
  }
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

function hoursOf(hours: NonNullable<TenantPlan['hours']>): CallingHours {
  const windows: Partial<Record<Weekday, readonly CallingWindow[]>> = {}
  for (const [index, day] of days.entries()) {
    const texts = hours[day]
    if (texts !== undefined) windows[(index + 1) as Weekday] = texts.map(windowOf)
  }
  return { windows }
}

function windowOf(text: string): CallingWindow {
  const [from = '', to = ''] = text.split('-')
  return { from, to }
}
