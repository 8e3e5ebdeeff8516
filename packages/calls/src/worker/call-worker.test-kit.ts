import type { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import type { AttemptId } from '../call.js'
import type { Carrier, DialOrder } from '../carrier/carrier.js'
import type { Job, JobQueue, NewJob } from '../queue/job-queue.js'
import type { CallDatabase } from '../store/call-database.test-kit.js'
import { NOW_MS } from '../store/call-samples.test-kit.js'
import type { CallStore } from '../store/call-store.js'
import { createCallStore } from '../store/sql-call-store.js'
import { createCallWorker } from './call-worker.js'
import { defaultRetries } from './decide-after.js'
import { defaultLimits } from './dial-limits.js'

let ids = 0

/** Nodes that dial out of one store, with a carrier that takes every call, and time that stands still. */
export function workerWorld(database: CallDatabase) {
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
