import { VirtualClock } from '@parley/sim'
import { expect, it } from 'vitest'
import type { Call } from '../call.js'
import { createDialGate, type DialLimits } from './dial-limits.js'

const limits: DialLimits = { perSecond: 2, liveByCaller: 3, liveByTenant: 4 }
const call = (tenant: string, from: string) => ({ tenant, from }) as Call

function gate() {
  const clock = new VirtualClock()
  return { clock, gate: createDialGate(() => clock.now()) }
}

it('begins calls of a caller id no faster than its rate, and others beside it', async () => {
  const { clock, gate: own } = gate()
  expect(own.enter(call('a', '+1'), limits, [])).toEqual({ kind: 'open' })
  expect(own.enter(call('a', '+1'), limits, [])).toEqual({ kind: 'wait', forMs: 500, limit: 'rate' })
  expect(own.enter(call('a', '+2'), limits, [])).toEqual({ kind: 'open' })
  await clock.advance(500)
  expect(own.enter(call('a', '+1'), limits, [])).toEqual({ kind: 'open' })
})

it('holds two tenants that share a caller id to one rate', () => {
  const { gate: own } = gate()
  own.enter(call('a', '+1'), limits, [])
  expect(own.enter(call('b', '+1'), limits, [])).toMatchObject({ kind: 'wait', limit: 'rate' })
})

it('counts live calls of the store by caller id and by tenant, each to its own limit', () => {
  const { gate: own } = gate()
  const live = [
    { tenant: 'a', from: '+1', count: 3 },
    { tenant: 'b', from: '+1', count: 1 },
  ]
  expect(own.enter(call('a', '+1'), limits, live)).toMatchObject({ kind: 'wait', limit: 'caller' })
  expect(own.enter(call('a', '+2'), limits, live)).toEqual({ kind: 'open' })
  expect(own.enter(call('b', '+1'), limits, live)).toEqual({ kind: 'open' })
  const more = [...live, { tenant: 'a', from: '+3', count: 1 }]
  expect(own.enter(call('a', '+4'), limits, more)).toMatchObject({ kind: 'wait', limit: 'tenant' })
})

it('counts those that are being written down, until they are', async () => {
  const { clock, gate: own } = gate()
  for (const _ of [1, 2, 3]) {
    expect(own.enter(call('a', '+1'), limits, [])).toEqual({ kind: 'open' })
    await clock.advance(500)
  }
  expect(own.enter(call('a', '+1'), limits, [])).toMatchObject({ kind: 'wait', limit: 'caller' })
  own.leave(call('a', '+1'))
  expect(own.enter(call('a', '+1'), limits, [])).toEqual({ kind: 'open' })
})

it('takes no place and no turn of the rate from whoever has to wait for the others', () => {
  const { gate: own } = gate()
  const full = [{ tenant: 'a', from: '+1', count: 3 }]
  own.enter(call('a', '+1'), limits, full)
  expect(own.enter(call('a', '+1'), limits, [])).toEqual({ kind: 'open' })
})
