/**
 * Dials what is due. The rows of the calls say what is to be done; jobs and memory only say where to look, so that a worker
 * may die anywhere: an attempt is written down before the carrier is asked, and one whose fate is unknown is asked for.
 */

import { ParleyError } from '@parley/core'
import type { Call, CallId, CallKey } from '../call.js'
import type { Job } from '../queue/job-queue.js'
import type { CallDetail, DecideAfter, LiveCount, Told } from '../store/call-store.js'
import { decideAfter } from './decide-after.js'
import { dialAttempt } from './dial-attempt.js'
import { createDialGate } from './dial-limits.js'
import { openingOf } from './opening.js'
import { type SweptAttempts, sweepAttempts } from './sweep-attempts.js'
import { createTurns } from './turns.js'
import { type CallWorkerOptions, defaultWorkerSettings } from './worker-options.js'

export interface CallWorker {
  /** Sweeps, and takes jobs from now on. */
  start(): void
  /** For `store.tell`: what becomes of a call whose attempt has ended. */
  readonly decide: DecideAfter
  /** After `store.tell`: sets the alarm for what follows. Never throws. */
  told(told: Told): Promise<void>
  /** A call was made: looks at it at once if it is due, else leaves it to the sweep. Never throws. */
  wake(call: Call): Promise<void>
  /** Undefined for one that is over or unknown. A call under way is ended at the carrier. @throws ParleyError `store_…` */
  cancel(key: CallKey, reason: string): Promise<Call | undefined>
  sweep(): Promise<SweptAttempts & { readonly due: number }>
  /** Takes no more jobs; those that run are the queue's to wait for. */
  close(): Promise<void>
}

const LIVE_CACHE_MS = 500
const DAY_MS = 86_400_000
/** A job is not set twice by this node's sweeps within so long. */
const ALARM_MS = 60_000

export function createCallWorker(options: CallWorkerOptions): CallWorker {
  const { store, queue, carriers, clock, epochMs, random, log, warn, policyOf } = options
  const settings = { ...defaultWorkerSettings, ...options.settings }
  const gate = createDialGate(() => clock.now())
  const turns = createTurns(() => clock.now(), random)
  const opening = openingOf(options)
  const dialling = new Set<string>()
  const alarms = new Map<CallId, number>()
  let live: { readonly atMs: number; readonly counts: readonly LiveCount[] } | undefined
  let stopTimer = () => {}
  let sweeping: Promise<unknown> | undefined
  let closed = false

  const decide: DecideAfter = (call, attempt, earlier) => {
    const { retries, machineRetries = true } = policyOf(call)
    return decideAfter({ retries, machineRetries, nowMs: epochMs(), random, opening })(call, attempt, earlier)
  }

  async function liveCounts(): Promise<readonly LiveCount[]> {
    const nowMs = clock.now()
    if (!live || nowMs - live.atMs > LIVE_CACHE_MS) live = { atMs: nowMs, counts: await store.liveAttempts() }
    return live.counts
  }

  async function alarm(call: Call, atMs?: number): Promise<void> {
    alarms.set(call.id, clock.now())
    const { id, tenant, priority } = call
    await queue.add({ kind: 'dial', id, tenant, priority, ...(atMs === undefined ? {} : { atMs }) })
  }

  async function look({ id, tenant }: Job): Promise<void> {
    const call = await store.readCall({ id: id as CallId, tenant })
    alarms.delete(id as CallId)
    if (!call || call.direction === 'inbound') return
    if (call.status === 'dialling' || call.status === 'in-progress') return endIfCancelled(call)
    if (call.status !== 'queued' && call.status !== 'scheduled') return
    const nowMs = epochMs()
    if (call.notBeforeMs > nowMs) return soon(call, nowMs)
    const lead = call.lead === undefined ? undefined : await store.readLead(tenant, call.lead)
    const openMs = opening(call, nowMs, lead?.timeZone)
    if (openMs === undefined) return store.postpone(call, nowMs + DAY_MS, 'no calling hours in sight')
    if (openMs > nowMs) return store.postpone(call, openMs, 'outside calling hours')
    await dial(call)
  }

  async function soon(call: Call, nowMs: number): Promise<void> {
    if (call.notBeforeMs - nowMs < ALARM_MS) await alarm(call, call.notBeforeMs)
  }

  async function dial(call: Call): Promise<void> {
    const policy = policyOf(call)
    const answer = gate.enter(call, policy.limits, await liveCounts())
    if (answer.kind === 'wait') return waitForTurn(call, answer.forMs, policy.limits.perSecond)
    turns.leave(call)
    const id = options.newAttemptId()
    dialling.add(id)
    try {
      const atMs = epochMs()
      const attempt = await store.beginAttempt({ id, call, carrier: policy.carrier, atMs }).finally(() => {
        live = undefined
        gate.leave(call)
      })
      if (attempt) await dialAttempt(options, settings, call, attempt, policy)
    } finally {
      dialling.delete(id)
    }
  }

  /** A few wait as jobs, in short steps; the rest as rows, so that no caller id holds up those of others. */
  async function waitForTurn(call: Call, forMs: number, perSecond: number): Promise<void> {
    const turn = turns.take(call, forMs, perSecond)
    if (turn.kind === 'job') await alarm(call, epochMs() + turn.inMs)
    else await store.postpone(call, Math.ceil(epochMs() + turn.inMs), 'waits for its turn')
  }

  async function endIfCancelled(call: CallDetail): Promise<void> {
    const { tenant, id } = call
    const events = await store.readEvents({ tenant, call: id, afterSeq: 0, limit: 500 })
    if (events.some(event => event.kind === 'cancel-asked')) await hangUp(call)
  }

  async function hangUp(call: CallDetail): Promise<void> {
    for (const leg of call.legs) {
      if (leg.state === 'ended') continue
      const carrier = carriers.get(leg.carrier)
      // Intended, not placed: the sweep finds out whether it exists, and the alarm comes again.
      if (!carrier || leg.carrierCall === undefined) {
        await alarm(call, epochMs() + settings.sweepMs)
        continue
      }
      const limit = new AbortController()
      const stop = clock.after(settings.dialMs, () => limit.abort())
      try {
        await carrier.hangUp(leg.carrierCall, limit.signal)
      } finally {
        stop()
      }
    }
  }

  async function quietly(act: () => Promise<unknown>): Promise<void> {
    try {
      await act()
    } catch (thrown) {
      warn(ParleyError.from(thrown))
    }
  }

  async function told({ call, over }: Told): Promise<void> {
    live = undefined
    if (over) await quietly(() => queue.add({ kind: 'after', id: call.id, tenant: call.tenant }))
    else if (call.status === 'queued' || call.status === 'scheduled') await wake(call)
  }

  async function wake(call: Call): Promise<void> {
    if (call.direction === 'inbound' || call.notBeforeMs - epochMs() > ALARM_MS) return
    await quietly(async () => {
      const { waiting } = await queue.counts('dial')
      if (waiting < settings.mostJobs) await alarm(call, call.notBeforeMs)
    })
  }

  async function feed(): Promise<number> {
    const nowMs = clock.now()
    for (const [id, atMs] of alarms) if (nowMs - atMs > ALARM_MS) alarms.delete(id)
    const { waiting } = await queue.counts('dial')
    if (waiting >= settings.mostJobs) return 0
    const due = await store.dueCalls(epochMs(), settings.mostJobs)
    const fresh = due.filter(call => !alarms.has(call.id)).slice(0, settings.mostJobs - waiting)
    for (const call of fresh) await alarm(call)
    return fresh.length
  }

  async function sweep(): Promise<SweptAttempts & { readonly due: number }> {
    const swept = await sweepAttempts({ options, settings, decide, dialling, told })
    return { ...swept, due: await feed() }
  }

  function turn(): void {
    sweeping = quietly(sweep).then(() => {
      if (!closed) stopTimer = clock.after(settings.sweepMs, turn)
    })
  }

  return {
    decide,
    told,
    wake,
    sweep,
    start() {
      queue.work('dial', look, { concurrency: settings.concurrency })
      log.info({ queue: queue.kind }, 'Dialling what is due.')
      turn()
    },
    async cancel(key, reason) {
      // Before it is marked: who dies behind the mark leaves somebody to end the call.
      const inMs = settings.sweepMs
      await quietly(() => queue.add({ kind: 'dial', ...key, atMs: epochMs() + inMs }))
      const call = await store.cancel(key, reason, epochMs())
      const detail = call && (await store.readCall(key))
      if (!detail) return undefined
      if (detail.status === 'dialling' || detail.status === 'in-progress') await quietly(() => hangUp(detail))
      else await quietly(() => queue.cancel('dial', key.id))
      return call
    },
    async close() {
      closed = true
      stopTimer()
      await sweeping
    },
  }
}
