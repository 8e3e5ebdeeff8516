import type { AttemptId, CallId, CallKey, CallOutcome } from '../call.js'
import { callOver } from './after-attempt.js'
import type { AttemptNews, CallStore, IncomingCall, NewCall } from './call-store.js'

/** Samples that tests of the call store share; each id is used once. */

export const NOW_MS = 1_750_000_000_000
let count = 0
const next = () => `${count++}`.padStart(6, '0')

export const newCallId = () => `call_${next()}` as CallId
export const newAttemptId = () => `att_${next()}` as AttemptId
export const newCarrierCall = () => `CA${next()}`
export const newTenant = () => `tenant_${next()}`

export function wish(tenant: string, over: Partial<NewCall> = {}): NewCall {
  return {
    id: newCallId(),
    tenant,
    from: '+15550001111',
    to: `+1555${`${1_000_000 + count++}`.slice(-7)}`,
    agent: 'clinic',
    priority: 100,
    notBeforeMs: NOW_MS,
    maxAttempts: 3,
    facts: { name: 'Ana', order: 42 },
    record: false,
    atMs: NOW_MS,
    ...over,
  }
}

export function incoming(tenant: string, over: Partial<IncomingCall> = {}): IncomingCall {
  return {
    id: newCallId(),
    attempt: newAttemptId(),
    tenant,
    carrier: 'twilio',
    carrierCall: newCarrierCall(),
    from: '+15559998888',
    to: '+15550001111',
    agent: 'clinic',
    record: true,
    atMs: NOW_MS,
    ...over,
  }
}

export async function made(store: CallStore, tenant: string, over: Partial<NewCall> = {}) {
  const [call] = await store.createCalls([wish(tenant, over)])
  if (!call) throw new Error('no call was made')
  return call
}

export async function dialled(store: CallStore, tenant: string, over: Partial<NewCall> = {}) {
  const call = await made(store, tenant, over)
  const carrierCall = newCarrierCall()
  const attempt = await store.beginAttempt({ id: newAttemptId(), call, carrier: 'twilio', atMs: NOW_MS })
  if (!attempt) throw new Error('the call was not to be dialled')
  await store.placed(attempt.id, carrierCall)
  return { call, attempt, carrierCall }
}

export function newsOf(carrierCall: string, over: Partial<AttemptNews> = {}): AttemptNews {
  return { carrierCall, carrier: 'twilio', id: `news_${next()}`, atMs: NOW_MS + 1000, ...over }
}

/** One that is over. */
export async function completed(store: CallStore, tenant: string, over: Partial<NewCall> = {}) {
  const leg = await dialled(store, tenant, over)
  const end = newsOf(leg.carrierCall, { status: 'completed', durationSeconds: 30 })
  await store.tell(end, () => callOver('completed'))
  return leg
}

export function outcomeOf(key: CallKey, over: Partial<CallOutcome> = {}): CallOutcome {
  return {
    call: key.id,
    tenant: key.tenant,
    summary: 'Ana wants an appointment on “martes” 🙂.',
    result: { interested: true },
    problems: [],
    sentiment: { caller: 0.5, reasons: ['she laughed'] },
    statistics: { turns: 4 },
    followUps: [{ what: 'send the address', dueAtMs: NOW_MS + 86_400_000 }],
    by: 'extract',
    madeAtMs: NOW_MS + 2000,
    ...over,
  }
}
