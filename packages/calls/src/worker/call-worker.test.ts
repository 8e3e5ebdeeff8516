import { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AttemptId } from '../call.js'
import type { Carrier, DialOrder } from '../carrier/carrier.js'
import type { Job, JobQueue, NewJob } from '../queue/job-queue.js'
import { type CallDatabase, embeddedDatabase } from '../store/call-database.test-kit.js'
import { made, NOW_MS, newTenant } from '../store/call-samples.test-kit.js'
import type { CallStore } from '../store/call-store.js'
import { createCallStore } from '../store/sql-call-store.js'
import { createCallWorker } from './call-worker.js'
import { defaultRetries } from './decide-after.js'
import { defaultLimits } from './dial-limits.js'

let database: CallDatabase
beforeAll(async () => {
  database = await embeddedDatabase()
}, 60_000)
afterAll(() => database.done())

let ids = 0

function world() {
  const clock = new VirtualClock()
  const time = { nowMs: NOW_MS }
  const epochMs = () => time.nowMs
  const store = createCallStore({ database: database.store.database, clock, epochMs })
  const orders: DialOrder[] = []
  const hungUp: string[] = []
  const carrier = {
    name: 'twilio',
    async dial(order: DialOrder) {
      orders.push(order)
      return { carrierCall: `CA_${order.attempt}`, status: 'initiated' }
    },
    find: async ({ attempt }: { attempt: AttemptId }) =>
      orders
        .filter(order => order.attempt === attempt)
        .map(() => ({ carrierCall: `CA_${attempt}`, status: 'ringing' })),
    hangUp: async (id: string) => void hungUp.push(id),
  } as unknown as Carrier

  function node(over: { store?: CallStore; carrier?: Carrier } = {}) {
    const jobs: NewJob[] = []
    const told: ParleyError[] = []
    let look: (job: Job, signal: AbortSignal) => Promise<void> = async () => {}
    const queue: JobQueue = {
      kind: 'redis',
      add: async job => void jobs.push(job),
      cancel: async () => false,
      work(_, run) {
        look = run
      },
      counts: async () => ({ waiting: 0, delayed: 0, active: 0 }),
      close: async () => {},
    }
    const worker = createCallWorker({
      store: over.store ?? store,
      queue,
      carriers: new Map([['twilio', over.carrier ?? carrier]]),
      policyOf: () => ({
        carrier: 'twilio',
        retries: defaultRetries,
        limits: { ...defaultLimits, liveByCaller: 1000, liveByTenant: 1000 },
        ringSeconds: 30,
        maxSeconds: 600,
      }),
      addressesOf: attempt => ({
        answerUrl: `https://x/${attempt}`,
        statusUrl: `https://x/${attempt}/status`,
      }),
      newAttemptId: () => `att_w${ids++}` as AttemptId,
      clock,
      epochMs,
      random: () => 0.5,
      log: { info() {}, warn() {} },
      warn: error => told.push(error),
    })
    worker.start()
    /** One sweep and the jobs of one call. */
    async function run(id: string, tenant: string) {
      await worker.sweep().catch(() => {})
      jobs.length = 0
      await look({ id, tenant, run: 1 }, new AbortController().signal).catch(() => {})
      await worker.close()
    }
    return { worker, run, jobs }
  }
  return { store, node, orders, hungUp, time, carrier }
}

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
