/**
 * Does what is left of calls and letters in the folder given, then has a call of its own talked and over, and does that until the
 * step named, where it kills itself as nobody can catch. Without a step it only does what is left.
 */
import { type DurableEvent, systemClock } from '@parley/core'
import { openStore } from '@parley/platform'
import { afterSteps, createAfterCall } from '../after/after-call.js'
import { readAfterPlan } from '../after/after-plan.js'
import type { AttemptId, CallId } from '../call.js'
import { createCallStore } from '../store/sql-call-store.js'
import { createLetterSender } from './letter-sender.js'
import { createSigners } from './letter-signers.js'

const [dataDir = '', hook = '', life = '0', fatal = ''] = process.argv.slice(2)
// Each life begins an hour later: leases of the one before are over.
const nowMs = 1_750_000_000_000 + Number(life) * 3_600_000
const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const store = await openStore({ dataDir, clock: systemClock, log: quiet, migrate: true })
const callStore = createCallStore({ database: store.database, clock: systemClock, epochMs: () => nowMs })
const { plan } = readAfterPlan({
  leadStatus: [{ is: 'contacted' }],
  webhooks: [{ url: hook, secret: `\${HOOK}`, events: ['call.completed'] }],
})
let armed = false
const dieAt = (step: string) => {
  if (armed && step === fatal) process.kill(process.pid, 'SIGKILL')
}
const stop = new AbortController().signal
const planOf = () => plan
const after = createAfterCall({
  callStore,
  sessions: store,
  planOf,
  modelOf: () => undefined,
  clock: systemClock,
  epochMs: () => nowMs,
  at: dieAt,
})
const sender = createLetterSender({
  callStore,
  fetch,
  signerOf: createSigners({ planOf, secretOf: () => 'whsec' }),
  clock: systemClock,
  epochMs: () => nowMs,
  random: () => 0.5,
  address: { allowPrivate: true },
  at: step => dieAt(`letter-${step}`),
})

async function work(): Promise<void> {
  for (const key of await callStore.unfinishedAfterCalls(100)) await after.run(key, stop)
  await sender.run(stop)
}

await work()
if (fatal !== '') {
  const tenant = 'acme'
  const [id, lead, attempt] = [`call_${life}` as CallId, `lead_${life}`, `att_${life}` as AttemptId]
  const to = `+1555000${1_000 + Number(life)}`
  await callStore.putLead({ id: lead, tenant, phone: to, atMs: nowMs })
  const wish = {
    from: '+15550001111',
    to,
    agent: 'sales',
    lead,
    priority: 100,
    notBeforeMs: nowMs,
    maxAttempts: 1,
    facts: {},
    record: false,
  }
  await callStore.createCalls([{ id, tenant, ...wish, atMs: nowMs }])
  await callStore.beginAttempt({ id: attempt, call: { tenant, id }, carrier: 'emulator', atMs: nowMs })
  await callStore.placed(attempt, `CA${life}`)
  const session = `ses_${life}` as Parameters<typeof store.write>[0]
  await store.beginSession({
    id: session,
    tenant,
    agent: 'sales',
    language: 'en',
    edge: 'emulator',
    startedAtMs: nowMs,
  })
  await callStore.joinSession(attempt, session, nowMs)
  const words = {
    kind: 'transcript-final',
    turn: 'trn_1',
    text: `words ${life}`,
    origin: 'speech',
    startMs: 0,
    endMs: 900,
    atMs: 1_000,
  }
  await store.write(session, words as DurableEvent)
  await store.endSession({
    id: session,
    reason: 'hang-up' as Parameters<typeof store.endSession>[0]['reason'],
    endedAtMs: nowMs,
  })
  // biome-ignore lint/suspicious/noThenProperty: so the contract names it; nobody awaits it.
  const over = () => ({ then: 'over', status: 'completed' }) as const
  await callStore.tell(
    { carrierCall: `CA${life}`, carrier: 'emulator', id: `n${life}`, status: 'completed', atMs: nowMs },
    over,
  )
  armed = true
  await work()
  throw new Error(`nothing died at ${fatal}, one of ${afterSteps.join(', ')} or of the letters'`)
}
const { calls } = await callStore.listCalls({ tenant: 'acme', limit: 200 })
const outcomes = await Promise.all(calls.map(call => callStore.readOutcome(call)))
const { leads } = await callStore.listLeads({ tenant: 'acme', limit: 200 })
process.stdout.write(
  JSON.stringify({
    outcomes: outcomes.map(outcome => outcome?.summary ?? null),
    leads: leads.map(({ status, version }) => ({ status, version })),
    dead: (await callStore.deadLetters('acme', 100)).length,
    left: (await callStore.unfinishedAfterCalls(100)).length,
  }),
)
await store.close()
