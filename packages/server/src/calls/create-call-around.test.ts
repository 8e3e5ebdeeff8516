import type { VoiceActivity } from '@parley/audio'
import type { Call, CallAttempt } from '@parley/calls'
import type { Clock, Ids, Tap } from '@parley/core'
import { expect, it } from 'vitest'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import type { Log } from '../log/log.js'
import type { CallMetrics } from '../metrics/call-metrics.js'
import { createCallAround } from './create-call-around.js'
import type { LiveCall } from './live-call.js'
import type { PhoneNumbers } from './phone-numbers.js'

/** Only what is asked of them here. */
function around(recorded: { roundTripMs?: () => number | undefined }) {
  const session: Tap = { name: 'recording' }
  return createCallAround({
    config: { budgetPerCall: undefined, budgetPerTenantDay: undefined, budgetPerDay: undefined },
    agents: { choose: () => ({ agent: 'a', language: 'en' }) } as unknown as AgentCatalogue,
    numbers: { tenant: () => ({}) } as unknown as PhoneNumbers,
    store: { reserve: async () => true, settle: async () => {}, addCost: async () => {} },
    prices: undefined,
    carrierPrices: {},
    activity: {} as VoiceActivity,
    metrics: {} as CallMetrics,
    recordings: {
      async tap(_, roundTripMs) {
        recorded.roundTripMs = roundTripMs
        return session
      },
    },
    clock: {} as Clock,
    epochMs: () => 0,
    ids: {} as Ids,
    log: {} as Log,
  })
}

function liveCall(direction: Call['direction'], listen: string): LiveCall {
  return {
    call: { id: 'call_1', tenant: 't', direction, record: true, agent: 'a' } as unknown as Call,
    attempt: { carrier: 'twilio' } as CallAttempt,
    plan: { machine: { listen }, budget: {} } as LiveCall['plan'],
  } as unknown as LiveCall
}

const names = (taps: readonly Tap[]) => taps.map(({ name }) => name)

it('listens for machines where a call that was dialled begins, and nowhere else', async () => {
  const calls = around({})
  const outbound = calls.of(liveCall('outbound', 'ours'))
  expect(names(await outbound.taps(false))).toContain('machine-detection')
  // A person who talks for three seconds in the middle of a call is no greeting.
  expect(names(await outbound.taps(true))).not.toContain('machine-detection')
  expect(names(await calls.of(liveCall('inbound', 'ours')).taps(false))).not.toContain('machine-detection')
  expect(names(await calls.of(liveCall('outbound', 'carrier')).taps(false))).not.toContain(
    'machine-detection',
  )
})

it('tells a recording how far away the ear of its call is, as it is measured', async () => {
  const recorded: { roundTripMs?: () => number | undefined } = {}
  const live = liveCall('inbound', 'off')
  await around(recorded).of(live).taps(false)
  expect(recorded.roundTripMs?.()).toBeUndefined()
  Object.assign(live, { rttMs: 180 })
  expect(recorded.roundTripMs?.()).toBe(180)
})
