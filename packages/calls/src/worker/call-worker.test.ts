import { ParleyError, type SessionId } from '@parley/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Carrier, PlacedCall } from '../carrier/carrier.js'
import { type CallDatabase, embeddedDatabase } from '../store/call-database.test-kit.js'
import { incoming, made, newTenant } from '../store/call-samples.test-kit.js'
import type { CallStore } from '../store/call-store.js'
import { workerWorld } from './call-worker.test-kit.js'

let database: CallDatabase
beforeAll(async () => {
  database = await embeddedDatabase()
}, 60_000)
afterAll(() => database.done())

const world = () => workerWorld(database)

const deadly = ['readCall', 'liveAttempts', 'beginAttempt', 'placed', 'notPlaced', 'tell'] as const

/** From the moment on nothing of the store answers any more. */
function dying(store: CallStore, at: (typeof deadly)[number], when: 'before' | 'after'): CallStore {
  let dead = false
  const gone = () => new ParleyError('store_unavailable', 'It died.')
  return new Proxy(store, {
    get(target, name: keyof CallStore) {
      const call = target[name] as (...values: unknown[]) => Promise<unknown>
      return async (...values: unknown[]) => {
        if (dead || (name === at && when === 'before')) {
          dead = true
          throw gone()
        }
        const answer = await call(...values)
        if (name !== at) return answer
        dead = true
        throw gone()
      }
    },
  })
}

for (const at of deadly) {
  for (const when of ['before', 'after'] as const) {
    it(`dials once where a worker dies ${when} ${at}`, async () => {
      const { store, node, orders, time } = world()
      const call = await made(store, newTenant())
      await node({ store: dying(store, at, when) }).run(call.id, call.tenant)
      time.nowMs += 61_000
      await node().run(call.id, call.tenant)
      await node().run(call.id, call.tenant)
      expect(orders.filter(order => order.to === call.to)).toHaveLength(1)
      const detail = await store.readCall(call)
      expect(detail?.status).toBe('dialling')
      expect(detail?.legs.filter(leg => leg.state === 'placed')).toHaveLength(1)
    })
  }
}

it('never dials again while the carrier does not say that there is no call', async () => {
  const { store, node, orders, time, carrier } = world()
  const call = await made(store, newTenant())
  const silent: Carrier = {
    ...carrier,
    dial: async order => {
      orders.push(order)
      throw new ParleyError('carrier_unreachable', 'No answer.', { details: { placed: 'unknown' } })
    },
    find: async () => {
      throw new ParleyError('carrier_unreachable', 'No answer.')
    },
  }
  for (let round = 0; round < 4; round++) {
    await node({ carrier: silent }).run(call.id, call.tenant)
    time.nowMs += 600_000
  }
  expect(orders.filter(order => order.to === call.to)).toHaveLength(1)
})

it('uses up no attempt where the carrier limits calls', async () => {
  const { store, node, carrier } = world()
  const call = await made(store, newTenant(), { maxAttempts: 1 })
  const limited: Carrier = {
    ...carrier,
    dial: async () => {
      throw new ParleyError('carrier_limited', 'Too fast.', { details: { placed: 'no' } })
    },
  }
  await node({ carrier: limited }).run(call.id, call.tenant)
  expect(await store.readCall(call)).toMatchObject({ status: 'scheduled', attempts: 1, maxAttempts: 2 })
})

it('takes no call of an earlier attempt for one that was never asked of the carrier', async () => {
  const { store, node, orders, time, carrier } = world()
  const call = await made(store, newTenant())
  const byNumbers: Carrier = {
    ...carrier,
    find: async ({ to }) =>
      orders
        .filter(order => order.to === to)
        .map(({ attempt }) => ({ carrierCall: `CA_${attempt}`, status: 'busy', evidence: 'numbers' })),
  }
  const one = node({ carrier: byNumbers })
  await one.run(call.id, call.tenant)
  const first = (await store.readCall(call))?.legs[0]?.id ?? expect.fail()
  const busy = { attempt: first, carrierCall: `CA_${first}`, carrier: 'twilio', id: 'n1' } as const
  await store.tell({ ...busy, status: 'busy', atMs: time.nowMs }, one.worker.decide)
  time.nowMs += 400_000
  await node({ store: dying(store, 'beginAttempt', 'after'), carrier: byNumbers }).run(call.id, call.tenant)
  time.nowMs += 61_000
  await node({ carrier: byNumbers }).run(call.id, call.tenant)
  const detail = await store.readCall(call)
  expect(detail?.legs.map(({ status, carrierCall }) => [status, carrierCall])).toEqual([
    ['busy', `CA_${first}`],
    ['canceled', undefined],
    [undefined, expect.stringMatching(/^CA_/)],
  ])
  expect(orders.filter(order => order.to === call.to)).toHaveLength(2)
})

it('ends a call under way that is cancelled', async () => {
  const { store, node, hungUp } = world()
  const call = await made(store, newTenant())
  const one = node()
  await one.run(call.id, call.tenant)
  await one.worker.cancel(call, 'changed my mind')
  expect(hungUp).toHaveLength(1)
})

describe('a call that was answered and has no media stream', () => {
  async function answered() {
    const all = world()
    const call = await made(all.store, newTenant())
    const placed: PlacedCall[] = []
    const carrier: Carrier = { ...all.carrier, find: async () => placed }
    const one = all.node({ carrier })
    await one.run(call.id, call.tenant)
    const leg = (await all.store.readCall(call))?.legs[0] ?? expect.fail()
    const carrierCall = leg.carrierCall ?? expect.fail()
    placed.push({ carrierCall, status: 'in-progress' })
    const news = { carrierCall, carrier: 'twilio', atMs: all.time.nowMs } as const
    await all.store.tell({ ...news, id: 'up', status: 'in-progress' }, one.worker.decide)
    const sweepAfter = async (ms: number) => {
      all.time.nowMs += ms
      const { worker } = all.node({ carrier })
      await worker.sweep()
      await worker.close()
    }
    return { ...all, call, leg, carrierCall, one, sweepAfter }
  }

  it('is ended after 45 s at the carrier, and tried again', async () => {
    const { store, hungUp, time, call, carrierCall, one, sweepAfter } = await answered()
    await sweepAfter(44_000)
    expect(hungUp).toEqual([])
    await sweepAfter(2_000)
    expect(new Set(hungUp)).toEqual(new Set([carrierCall]))
    const gone = { carrierCall, carrier: 'twilio', atMs: time.nowMs, id: 'gone' } as const
    await store.tell({ ...gone, status: 'completed' }, one.worker.decide)
    expect(await store.readCall(call)).toMatchObject({ status: 'scheduled', reason: 'failed' })
  })

  it('is left alone once a session talks in it', async () => {
    const { store, hungUp, time, leg, sweepAfter } = await answered()
    await store.joinSession(leg.id, 'ses_sweep' as SessionId, time.nowMs)
    await sweepAfter(600_000)
    expect(hungUp).toEqual([])
  })
})

it('ends a call that only its stream told of once nobody tells of it, and asks no carrier', async () => {
  const { store, node, time, carrier } = world()
  const tenant = newTenant()
  const carrierCall = 'CA_adopted/MZ/tok'
  const { call, attempt } = await store.takeCall(incoming(tenant, { carrierCall, atMs: time.nowMs }))
  const unasked: Carrier = { ...carrier, find: () => expect.fail('a carrier was asked') }
  const { worker } = node({ carrier: unasked })
  const alive = { attempt: attempt.id, carrier: 'twilio', carrierCall, status: 'in-progress' } as const
  time.nowMs += 60_000
  await store.tell({ ...alive, id: 'alive', atMs: time.nowMs }, worker.decide)
  await store.joinSession(attempt.id, 'ses_adopted' as SessionId, time.nowMs)
  time.nowMs += 60_000
  await worker.sweep()
  expect(await store.readCall(call)).toMatchObject({ status: 'in-progress' })
  time.nowMs += 60_000
  await worker.sweep()
  expect(await store.readCall(call)).toMatchObject({ status: 'completed' })
})

it('keeps one of two calls that the carrier has of one attempt, and ends the other', async () => {
  const { store, node, orders, hungUp, time, carrier } = world()
  const call = await made(store, newTenant())
  const twice: Carrier = {
    ...carrier,
    dial: async order => {
      orders.push(order)
      throw new ParleyError('carrier_unreachable', 'No answer.', { details: { placed: 'unknown' } })
    },
    find: async ({ attempt }) => [
      { carrierCall: `CA_second_${attempt}`, status: 'ringing' },
      { carrierCall: `CA_first_${attempt}`, status: 'in-progress' },
      { carrierCall: `CA_over_${attempt}`, status: 'busy' },
    ],
  }
  await node({ carrier: twice }).run(call.id, call.tenant)
  time.nowMs += 61_000
  await node({ carrier: twice }).run(call.id, call.tenant)
  const detail = await store.readCall(call)
  const id = detail?.legs[0]?.id
  expect(detail).toMatchObject({ status: 'dialling', legs: [{ carrierCall: `CA_second_${id}` }] })
  expect(new Set(hungUp)).toEqual(new Set([`CA_first_${id}`]))
  expect(orders).toHaveLength(1)
})
