/**
 * One life of a node: does what the lives before it left, then has a call of its own made, dialled, talked, summed up and told
 * of, and kills itself at the step it was given, as nobody can catch. Without a step it says what stands in the database.
 * It loads before it is wanted, and begins when it is told to.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type SessionId, systemClock, type TurnId } from '@parley/core'
import { openStore } from '@parley/platform'
import { type AttemptId, type CallId, finalStatuses } from '../call.js'
import type { CarrierRequest } from '../carrier/carrier.js'
import { createTwilioCarrier } from '../carrier/twilio.js'
import { createLetterSender } from '../letters/letter-sender.js'
import { createSigners } from '../letters/letter-signers.js'
import { createCallStore } from '../store/sql-call-store.js'
import { createCallWorker } from '../worker/call-worker.js'
import { createAfterCall } from './after-call.js'
import { readAfterPlan } from './after-plan.js'
import { createForgetfulQueue } from './forgetful-queue.test-kit.js'
import { HOUR_MS, type Life, PUBLIC_URL } from './killed-call.test-kit.js'

const [given] = (await once(process, 'message')) as [Life]
const { number: life, step: fatal, dataDir, hook, numbers } = given
const clock = systemClock
// Each life begins an hour later: what the one before held for itself is free again.
const epochMs = () => Date.now() + life * HOUR_MS
const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const never = new AbortController().signal
const tenant = 'acme'
let armed = false
let ids = 0
let ownAttempts = 0
const dieAt = (step: string) => {
  if (armed && step === fatal) process.kill(process.pid, 'SIGKILL')
}

const store = await openStore({ dataDir, clock, log: quiet, migrate: true })
const callStore = createCallStore({ database: store.database, clock, epochMs })
const queue = createForgetfulQueue(clock, epochMs)
const carrier = createTwilioCarrier({ name: 'emulator', ...given.carrier, clock, epochMs, fetch: dyingFetch })
const soon = { most: 9, firstPauseMs: 1, longestPauseMs: 1 }
const worker = createCallWorker({
  store: callStore,
  queue,
  carriers: new Map([['emulator', carrier]]),
  policyOf: () => ({
    carrier: 'emulator',
    retries: { busy: soon, 'no-answer': soon, machine: soon, failed: soon },
    limits: { perSecond: 1_000, liveByCaller: 100, liveByTenant: 100 },
    ringSeconds: 30,
    maxSeconds: 60,
  }),
  addressesOf: attempt => ({
    answerUrl: `${PUBLIC_URL}/answer?attempt=${attempt}`,
    statusUrl: `${PUBLIC_URL}/status?attempt=${attempt}`,
  }),
  newAttemptId() {
    if (armed) ownAttempts++
    return `att_${life}_${++ids}` as AttemptId
  },
  clock,
  epochMs,
  random: () => 0.5,
  log: quiet,
  warn: error => process.send?.({ warned: `${life} ${fatal}: ${error.code} ${error.message}` }),
  settings: { sweepMs: 100 },
})
const { plan } = readAfterPlan({
  leadStatus: [{ is: 'contacted' }],
  webhooks: [{ url: hook, secret: `\${HOOK}`, events: ['call.completed'] }],
})
const planOf = () => plan
const after = createAfterCall({
  callStore,
  sessions: store,
  planOf,
  modelOf: () => undefined,
  clock,
  epochMs,
  graceMs: 0,
  at: dieAt,
})
const sender = createLetterSender({
  callStore,
  fetch,
  signerOf: createSigners({ planOf, secretOf: () => 'whsec' }),
  clock,
  epochMs,
  random: () => 0.5,
  address: { allowPrivate: true },
  at: step => dieAt(`letter-${step}`),
})
queue.work(
  'after',
  async ({ id }) => {
    await after.run({ tenant, id: id as CallId }, never)
    await sender.run(never)
  },
  { concurrency: 1 },
)

/** What is asked of the carrier: `intent` before it is, `rest` when the answer breaks off, `placed` when it is read. */
async function dyingFetch(...request: Parameters<typeof fetch>): Promise<Response> {
  if (request[1]?.method !== 'POST') return fetch(...request)
  // A second attempt: the carrier has a call of the first that may be taken for it.
  if (ownAttempts > 1) dieAt('intent')
  try {
    const response = await fetch(...request)
    dieAt('placed')
    return response
  } catch (error) {
    dieAt('rest')
    throw error
  }
}

async function signed(incoming: IncomingMessage): Promise<CarrierRequest> {
  const pieces: Buffer[] = []
  for await (const piece of incoming) pieces.push(piece as Buffer)
  const { method = '', url = '', headers } = incoming
  const request = {
    method,
    url: PUBLIC_URL + url,
    headers: headers as CarrierRequest['headers'],
    body: Buffer.concat(pieces),
    atMs: epochMs(),
  }
  carrier.verify(request)
  return request
}

async function told(request: CarrierRequest) {
  const { carrierCall, attempt, status, sequence, id } = carrier.read(request)
  const news = {
    ...{ carrier: 'emulator' as const, carrierCall, id, atMs: epochMs() },
    ...(attempt === undefined ? {} : { attempt }),
    ...(status === undefined ? {} : { status }),
    ...(sequence === undefined ? {} : { sequence }),
  }
  if (status === 'completed') dieAt('news-read')
  const folded = await callStore.tell(news, worker.decide)
  if (status === 'completed') dieAt('news-stored')
  if (folded !== undefined) await worker.told(folded)
  return folded
}

/** A conversation as the gateway writes it down, in no time; then the call is to be hung up. */
async function talk(attempt: AttemptId, call: CallId): Promise<void> {
  const session = `ses_${attempt}_${life}` as SessionId
  const about = { tenant, agent: 'sales', language: 'en', edge: 'emulator' }
  await store.beginSession({ id: session, ...about, startedAtMs: epochMs() })
  await callStore.joinSession(attempt, session, epochMs())
  const words = { kind: 'transcript-final', text: `words of ${call}`, origin: 'speech' } as const
  const turn = `trn_${session}` as TurnId
  await store.write(session, { ...words, turn, startMs: 0, endMs: 900, atMs: 1_000 })
  dieAt('talk')
  await store.endSession({ id: session, reason: 'hang-up', endedAtMs: epochMs() })
}

const server = createServer(async (incoming, response) => {
  try {
    const request = await signed(incoming)
    const folded = await told(request)
    if (!incoming.url?.startsWith('/answer')) return void response.writeHead(204).end()
    if (folded !== undefined && folded.attempt.state !== 'ended')
      await talk(folded.attempt.id, folded.call.id)
    const { contentType, body } = carrier.answer([{ step: 'hang-up' }])
    response.writeHead(200, { 'content-type': contentType }).end(body)
  } catch (error) {
    process.send?.({ warned: `${life} ${fatal}: ${error}` })
    response.writeHead(500).end()
  }
}).listen(0, '127.0.0.1')
await once(server, 'listening')
process.send?.({ port: (server.address() as AddressInfo).port })
worker.start()

/** Until nothing is left to do of any call. */
async function settle(): Promise<void> {
  for (;;) {
    const { calls } = await callStore.listCalls({ tenant, limit: 200 })
    const left = await callStore.unfinishedAfterCalls(100)
    for (const key of left) await after.run(key, never)
    await sender.run(never)
    if (left.length === 0 && calls.every(({ status }) => finalStatuses.includes(status))) return
    await new Promise<void>(resolve => clock.after(20, resolve))
  }
}

await settle()
if (fatal !== undefined) {
  const [id, lead] = [`call_${life}` as CallId, `lead_${life}`]
  const { from, to } = numbers
  await callStore.putLead({ id: lead, tenant, phone: to, atMs: epochMs() })
  const wish = { from, to, agent: 'sales', lead, priority: 100, notBeforeMs: epochMs(), maxAttempts: 9 }
  armed = true
  const [call] = await callStore.createCalls([
    { id, tenant, ...wish, facts: {}, record: false, atMs: epochMs() },
  ])
  if (call !== undefined) await worker.wake(call)
} else {
  await worker.close()
  const { calls } = await callStore.listCalls({ tenant, limit: 200 })
  const details = await Promise.all(calls.map(call => callStore.readCall(call)))
  const outcomes = await Promise.all(calls.map(call => callStore.readOutcome(call)))
  const { leads } = await callStore.listLeads({ tenant, limit: 200 })
  process.send?.({
    end: {
      calls: calls.map(({ id, status }) => `${id} ${status}`),
      legs: details.flatMap(detail => detail?.legs.map(({ carrierCall }) => carrierCall ?? null) ?? []),
      summaries: outcomes.map(outcome => outcome?.summary ?? ''),
      leads: leads.map(({ status, version }) => `${status} ${version}`),
      dead: (await callStore.deadLetters(tenant, 100)).length,
    },
  })
  await store.close()
  process.exit(0)
}
