/**
 * Attempts that hang: their worker died between asking and writing down, or the carrier's news got lost. The carrier is
 * asked what it has of them, and only its word that there is none lets a call be dialled again.
 */

import { ParleyError } from '@parley/core'
import { isAdoptedCall } from '../adopted-call.js'
import type { CallAttempt, LegStatus } from '../call.js'
import type { Carrier, PlacedCall } from '../carrier/carrier.js'
import { callAgain } from '../store/after-attempt.js'
import type { DecideAfter, Told } from '../store/call-store.js'
import type { CallWorkerOptions, WorkerSettings } from './worker-options.js'

export interface SweptAttempts {
  readonly adopted: number
  readonly absent: number
  readonly ended: number
}

const FIND_MS = 10_000
/** Clocks of the carrier and ours differ. */
const CLOCK_SLACK_MS = 300_000
const ended: readonly LegStatus[] = ['completed', 'busy', 'no-answer', 'failed', 'canceled']

export interface SweepContext {
  readonly options: CallWorkerOptions
  readonly settings: WorkerSettings
  readonly decide: DecideAfter
  /** Asked of the carrier by this process right now. */
  readonly dialling: ReadonlySet<string>
  told(told: Told): Promise<void>
}

export async function sweepAttempts(context: SweepContext): Promise<SweptAttempts> {
  const { options, settings, dialling } = context
  const { store, epochMs, warn } = options
  const count = { adopted: 0, absent: 0, ended: 0 }
  const stranded = await store.strandedAttempts(epochMs() - settings.strandedMs)
  const silent = await store.silentAttempts(epochMs() - settings.silentMs)
  const quiet = await store.silentAttempts(epochMs() - settings.streamlessMs)
  const unheard = quiet.filter(attempt => attempt.answeredAtMs !== undefined && attempt.sessions.length === 0)
  const all = new Map([...stranded, ...silent, ...unheard].map(attempt => [attempt.id, attempt]))
  for (const attempt of all.values()) {
    if (dialling.has(attempt.id)) continue
    try {
      count[await lookAt(context, attempt)]++
    } catch (thrown) {
      // The next sweep asks again; the others are not to wait for it.
      warn(ParleyError.from(thrown, 'carrier_failed'))
    }
  }
  return count
}

async function lookAt(context: SweepContext, attempt: CallAttempt): Promise<keyof SweptAttempts> {
  const { options } = context
  const { store, carriers, log, epochMs } = options
  if (isAdoptedCall(attempt.carrierCall)) return endAdopted(context, attempt)
  const carrier = carriers.get(attempt.carrier)
  if (!carrier) throw new ParleyError('bad_config', `There is no account for the carrier ${attempt.carrier}.`)
  const call = await store.readCall({ tenant: attempt.tenant, id: attempt.call })
  if (!call) return 'absent'
  const order = {
    attempt: attempt.id,
    from: call.from,
    to: call.to,
    sinceMs: attempt.intendedAtMs - CLOCK_SLACK_MS,
  }
  const found = await unclaimed(store, attempt, await asked(context, signal => carrier.find(order, signal)))
  const ours = found.find(each => each.carrierCall === attempt.carrierCall) ?? found[0]
  const facts = { call: call.id, attempt: attempt.id }
  if (!ours) {
    if (attempt.state === 'placed') {
      log.warn(facts, 'The carrier does not know a call any more that it took.')
      await tell(context, attempt, { carrierCall: attempt.carrierCall ?? '', status: 'failed' })
    } else {
      log.warn(facts, 'The carrier has no call of an attempt that was begun; it may be dialled again.')
      await store.notPlaced(attempt.id, callAgain(epochMs(), 'the attempt was lost on our side', true))
    }
    return 'absent'
  }
  for (const other of found) {
    if (other === ours || ended.includes(other.status)) continue
    log.warn(facts, 'The carrier has two calls of one attempt; the older is ended.')
    await asked(context, signal => carrier.hangUp(other.carrierCall, signal))
  }
  await tell(context, attempt, ours)
  return (await endsStreamless(context, attempt, carrier, ours)) ? 'ended' : 'adopted'
}

/** No carrier can be asked: its node told of it as long as it lived. */
async function endAdopted(context: SweepContext, attempt: CallAttempt): Promise<'ended'> {
  const { id, call, carrierCall = '' } = attempt
  context.options.log.warn({ call, attempt: id }, 'The node of a call is gone, and the call with it.')
  await tell(context, attempt, { carrierCall, status: 'completed' })
  return 'ended'
}

/** Some carriers find calls by their numbers alone: those of earlier attempts, and of other calls to the same person, too. */
async function unclaimed(
  store: CallWorkerOptions['store'],
  { id, carrier }: CallAttempt,
  found: readonly PlacedCall[],
): Promise<readonly PlacedCall[]> {
  const known = await store.attemptsAt(
    carrier,
    found.map(({ carrierCall }) => carrierCall),
  )
  return found.filter(({ carrierCall }) => (known.get(carrierCall) ?? id) === id)
}

/** Somebody holds a receiver in which nothing is heard. */
async function endsStreamless(
  { options, settings }: SweepContext,
  attempt: CallAttempt,
  carrier: Carrier,
  { carrierCall, status }: PlacedCall,
): Promise<boolean> {
  const sinceMs = options.epochMs() - (attempt.answeredAtMs ?? attempt.intendedAtMs)
  if (status !== 'in-progress' || attempt.sessions.length > 0 || sinceMs < settings.streamlessMs) return false
  options.log.warn(
    { call: attempt.call, attempt: attempt.id },
    'An answered call never got a media stream; it is ended.',
  )
  await asked({ options }, signal => carrier.hangUp(carrierCall, signal))
  return true
}

async function tell(
  { options, decide, told }: SweepContext,
  attempt: CallAttempt,
  { carrierCall, status }: PlacedCall,
): Promise<void> {
  const atMs = options.epochMs()
  const id = `asked_${atMs}_${status}`
  const { carrier } = attempt
  const news = await options.store.tell(
    { attempt: attempt.id, carrierCall, carrier, id, status, atMs },
    decide,
  )
  if (news) await told(news)
}

async function asked<Answer>(
  { options }: Pick<SweepContext, 'options'>,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const limit = new AbortController()
  const stop = options.clock.after(FIND_MS, () => limit.abort())
  try {
    return await ask(limit.signal)
  } finally {
    stop()
  }
}
