import type { SessionId } from '@parley/core'
import { systemClock } from '@parley/core'
import { createSqlResumeShelf } from '@parley/platform'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callAgain, callOver } from './after-attempt.js'
import { type CallDatabase, embeddedDatabase, serverDatabase } from './call-database.test-kit.js'
import {
  completed,
  dialled,
  incoming,
  made,
  NOW_MS,
  newAttemptId,
  newsOf,
  newTenant,
  outcomeOf,
  wish,
} from './call-samples.test-kit.js'
import type { CallStore } from './call-store.js'
import { NOT_TO_BE_CALLED } from './do-not-call.js'
import { createCallStore } from './sql-call-store.js'

/** The conformance suite of the port: both databases go through every line of it. */

const never = () => {
  throw new Error('asked what becomes of a call whose attempt has not ended')
}

describe.each([
  { name: 'pglite', open: embeddedDatabase },
  { name: 'postgres', open: serverDatabase },
])('calls on $name', ({ open }) => {
  let database: CallDatabase
  let store: CallStore

  beforeAll(async () => {
    database = await open()
    store = createCallStore({
      database: database.store.database,
      clock: systemClock,
      epochMs: () => NOW_MS + 500,
    })
  })
  afterAll(() => database.done())

  const kinds = async (tenant: string) =>
    (await store.readEvents({ tenant, afterSeq: 0 })).map(event => event.kind)

  describe('made', () => {
    it('come back as they were wished for, with an event each', async () => {
      const tenant = newTenant()
      const later = wish(tenant, { notBeforeMs: NOW_MS + 60_000, language: 'es-MX', lead: 'l1' })
      const [one, two] = await store.createCalls([wish(tenant), later])
      expect(one).toMatchObject({ status: 'queued', attempts: 0, costMicros: 0, version: 1 })
      expect(two).toMatchObject({ status: 'scheduled', language: 'es-MX', lead: 'l1', facts: later.facts })
      expect(await store.readCall(later)).toEqual({ ...two, legs: [] })
      expect(await kinds(tenant)).toEqual(['created', 'created'])
    })

    it('are made once for each key, also by two who ask at once', async () => {
      const tenant = newTenant()
      const asked = await Promise.all(
        Array.from({ length: 8 }, () => store.createCalls([wish(tenant, { key: 'order-1' })])),
      )
      expect(new Set(asked.flat().map(call => call.id)).size).toBe(1)
      expect((await store.listCalls({ tenant })).calls).toHaveLength(1)
      expect(await kinds(tenant)).toEqual(['created'])
    })

    it('are made once for an id that is sent again, and share a key within a batch', async () => {
      const tenant = newTenant()
      const same = wish(tenant)
      await store.createCalls([same])
      const batch = [same, wish(tenant, { key: 'k' }), wish(tenant, { key: 'k' })]
      const calls = await store.createCalls(batch)
      expect(calls.map(call => call.id)).toEqual([same.id, calls[1]?.id, calls[1]?.id])
    })

    it('are none of another tenant’s business', async () => {
      const [tenant, other] = [newTenant(), newTenant()]
      const call = await made(store, tenant, { key: 'k' })
      expect(await store.readCall({ tenant: other, id: call.id })).toBeUndefined()
      expect((await store.listCalls({ tenant: other })).calls).toEqual([])
      expect((await made(store, other, { key: 'k' })).id).not.toBe(call.id)
      await expect(store.createCalls([wish(other, { id: call.id })])).rejects.toMatchObject({
        code: 'conflict',
      })
    })

    it('are all or none', async () => {
      const tenant = newTenant()
      const batch = [wish(tenant), wish(tenant, { to: '555 1234' })]
      await expect(store.createCalls(batch)).rejects.toMatchObject({ code: 'bad_number' })
      expect((await store.listCalls({ tenant })).calls).toEqual([])
      const unknown = [wish(tenant), wish(tenant, { campaign: 'none' })]
      await expect(store.createCalls(unknown)).rejects.toMatchObject({ code: 'not_found' })
    })

    it('fail at once where the number is not to be called, and wherever they wait', async () => {
      const tenant = newTenant()
      const to = '+34911222333'
      const waiting = await made(store, tenant, { to })
      await store.setDoNotCall({ tenant, phone: to, on: true, atMs: NOW_MS })
      expect(await store.isDoNotCall(tenant, to)).toBe(true)
      expect(await store.isDoNotCall(newTenant(), to)).toBe(false)
      const failed = { status: 'failed', reason: NOT_TO_BE_CALLED }
      expect(await store.readCall(waiting)).toMatchObject(failed)
      expect(await made(store, tenant, { to })).toMatchObject({ ...failed, endedAtMs: NOW_MS })
      await store.setDoNotCall({ tenant, phone: to, on: false, atMs: NOW_MS })
      expect(await made(store, tenant, { to })).toMatchObject({ status: 'queued' })
    })

    it('are listed page by page, the newest first', async () => {
      const tenant = newTenant()
      const wishes = Array.from({ length: 5 }, (_, at) => wish(tenant, { atMs: NOW_MS + Math.floor(at / 2) }))
      await store.createCalls(wishes)
      const found: string[] = []
      let before: string | undefined
      do {
        const page = await store.listCalls({ tenant, limit: 2, ...(before === undefined ? {} : { before }) })
        found.push(...page.calls.map(call => call.id))
        before = page.next
      } while (before !== undefined)
      expect(found).toEqual(wishes.map(call => call.id).reverse())
    })
  })

  describe('that come in', () => {
    it('are taken once, whatever carrier asks how often', async () => {
      const tenant = newTenant()
      const ring = incoming(tenant, { from: 'anonymous' })
      const taken = await Promise.all(
        Array.from({ length: 5 }, () =>
          store.takeCall({ ...incoming(tenant), carrierCall: ring.carrierCall, from: ring.from }),
        ),
      )
      expect(taken.filter(one => !one.known)).toHaveLength(1)
      expect(new Set(taken.map(one => one.call.id)).size).toBe(1)
      expect(taken[0]?.call).toMatchObject({
        direction: 'inbound',
        from: '',
        status: 'dialling',
        attempts: 1,
      })
      expect(taken[0]?.attempt).toMatchObject({ state: 'placed', carrierCall: ring.carrierCall })
    })

    it('find the call that we made ourselves', async () => {
      const tenant = newTenant()
      const { call, carrierCall } = await dialled(store, tenant)
      const taken = await store.takeCall(incoming(tenant, { carrierCall }))
      expect(taken).toMatchObject({ known: true, call: { id: call.id, direction: 'outbound' } })
    })
  })

  describe('to be dialled', () => {
    it('are found by priority and time, once they are due', async () => {
      const tenant = newTenant()
      const late = await made(store, tenant, { notBeforeMs: NOW_MS + 10 })
      const first = await made(store, tenant, { priority: 1, notBeforeMs: NOW_MS + 9 })
      const due = async (atMs: number) =>
        (await store.dueCalls(atMs, 1000)).filter(call => call.tenant === tenant).map(call => call.id)
      expect(await due(NOW_MS + 8)).toEqual([])
      expect(await due(NOW_MS + 10)).toEqual([first.id, late.id])
    })

    it('are dialled by exactly one of many workers', async () => {
      const tenant = newTenant()
      const call = await made(store, tenant)
      const begun = await Promise.all(
        Array.from({ length: 8 }, () =>
          store.beginAttempt({ id: newAttemptId(), call, carrier: 'twilio', atMs: NOW_MS }),
        ),
      )
      expect(begun.filter(attempt => attempt !== undefined)).toHaveLength(1)
      expect(await store.readCall(call)).toMatchObject({ status: 'dialling', attempts: 1 })
    })

    it('give the same attempt to the same intent, until it is placed', async () => {
      const call = await made(store, newTenant())
      const intent = { id: newAttemptId(), call, carrier: 'twilio', atMs: NOW_MS } as const
      const begun = await store.beginAttempt(intent)
      expect(await store.beginAttempt(intent)).toEqual(begun)
      await store.placed(intent.id, 'CA-once')
      expect(await store.beginAttempt(intent)).toBeUndefined()
    })

    it('are not dialled before their time, nor when they were put off, paused or cancelled', async () => {
      const tenant = newTenant()
      const campaign = { id: 'c', tenant, name: 'C', agent: 'clinic', from: '+15550001111' }
      await store.putCampaign({ ...campaign, status: 'running' })
      const call = await made(store, tenant, { campaign: 'c' })
      const dial = (atMs: number) => store.beginAttempt({ id: newAttemptId(), call, carrier: 'twilio', atMs })
      expect(await dial(NOW_MS - 1)).toBeUndefined()
      await store.postpone(call, NOW_MS + 100, 'calling hours')
      expect(await store.readCall(call)).toMatchObject({ status: 'queued', reason: 'calling hours' })
      expect(await dial(NOW_MS + 99)).toBeUndefined()
      await store.putCampaign({ ...campaign, status: 'paused' })
      expect(await dial(NOW_MS + 100)).toBeUndefined()
      expect((await store.dueCalls(NOW_MS + 100, 1000)).map(due => due.id)).not.toContain(call.id)
      await store.putCampaign({ ...campaign, status: 'cancelled' })
      expect(await store.readCampaign(tenant, 'c')).toMatchObject({ counts: { cancelled: 1 } })
      expect(await dial(NOW_MS + 100)).toBeUndefined()
    })

    it('count as live by tenant and caller id until their attempt ends', async () => {
      const tenant = newTenant()
      const { attempt } = await dialled(store, tenant)
      await dialled(store, tenant)
      const live = async () => (await store.liveAttempts()).find(count => count.tenant === tenant)
      expect(await live()).toEqual({ tenant, from: '+15550001111', count: 2 })
      await store.notPlaced(attempt.id, callOver('failed', 'refused'))
      expect(await live()).toMatchObject({ count: 1 })
    })

    it('are known to be stranded, or silent, when a worker or the carrier’s news got lost', async () => {
      const tenant = newTenant()
      const call = await made(store, tenant)
      const id = newAttemptId()
      await store.beginAttempt({ id, call, carrier: 'twilio', atMs: NOW_MS })
      const stranded = async () => (await store.strandedAttempts(NOW_MS + 1)).map(attempt => attempt.id)
      const silent = async () => (await store.silentAttempts(NOW_MS + 1000)).map(attempt => attempt.id)
      expect(await stranded()).toContain(id)
      await store.placed(id, 'CA-silent')
      expect(await store.attemptsAt('twilio', ['CA-silent', 'CA-unknown'])).toEqual(
        new Map([['CA-silent', id]]),
      )
      expect(await store.attemptsAt('telnyx', ['CA-silent'])).toEqual(new Map())
      expect(await stranded()).not.toContain(id)
      expect(await silent()).toContain(id)
      await store.tell(newsOf('CA-silent', { status: 'ringing', atMs: NOW_MS + 2000 }), never)
      expect(await silent()).not.toContain(id)
    })
  })

  describe('that the carrier tells of', () => {
    it('go from ringing to over, and tell it once', async () => {
      const tenant = newTenant()
      const { call, attempt, carrierCall } = await dialled(store, tenant)
      const ringing = newsOf(carrierCall, { status: 'ringing', sequence: 1 })
      expect(await store.tell(ringing, never)).toMatchObject({ news: true, over: false })
      expect(await store.tell(ringing, never)).toMatchObject({ news: false })
      const answered = newsOf(carrierCall, { status: 'in-progress', sequence: 2, answeredBy: 'human' })
      const told = await store.tell(answered, never)
      expect(told?.call).toMatchObject({
        status: 'in-progress',
        answeredBy: 'human',
        answeredAtMs: NOW_MS + 1000,
      })
      await store.joinSession(attempt.id, 'ses_1' as SessionId, NOW_MS)
      await store.joinSession(attempt.id, 'ses_1' as SessionId, NOW_MS)
      const end = newsOf(carrierCall, { status: 'completed', durationSeconds: 12, atMs: NOW_MS + 13_000 })
      const over = await store.tell(end, (_, leg) => {
        expect(leg).toMatchObject({ state: 'ended', status: 'completed', sessions: ['ses_1'] })
        return callOver('completed')
      })
      expect(over).toMatchObject({ over: true, call: { status: 'completed', talkedSeconds: 12 } })
      expect((await store.readCall(call))?.legs).toMatchObject([{ endedAtMs: NOW_MS + 13_000 }])
      const session = 'ses_1' as SessionId
      expect(await store.callOfSession({ tenant, session })).toMatchObject({ id: call.id, legs: [{}] })
      expect(await store.callOfSession({ tenant: newTenant(), session })).toBeUndefined()
      expect(await store.callOfSession({ tenant, session: 'ses_2' as SessionId })).toBeUndefined()
      expect(await kinds(tenant)).toEqual([
        ...['created', 'attempt-begun', 'attempt-placed', 'attempt-status', 'attempt-status', 'answered-by'],
        ...['status', 'session-joined', 'attempt-ended', 'status'],
      ])
    })

    it('decide once, whoever tells the end first', async () => {
      const { carrierCall } = await dialled(store, newTenant())
      let asked = 0
      const told = await Promise.all(
        ['completed', 'completed', 'failed', 'completed'].map(status =>
          store.tell(newsOf(carrierCall, { status: status as 'completed' }), () => {
            asked++
            return callOver('completed')
          }),
        ),
      )
      expect(asked).toBe(1)
      expect(told.filter(one => one?.over)).toHaveLength(1)
    })

    it('are found by the attempt before anybody wrote down that it was placed', async () => {
      const call = await made(store, newTenant())
      const id = newAttemptId()
      await store.beginAttempt({ id, call, carrier: 'twilio', atMs: NOW_MS })
      const told = await store.tell(newsOf('CA-early', { attempt: id, status: 'ringing' }), never)
      expect(told?.attempt).toMatchObject({ state: 'placed', carrierCall: 'CA-early' })
      expect(
        await store.tell(newsOf('CA-second', { attempt: id, status: 'completed' }), never),
      ).toBeUndefined()
      expect(await store.tell(newsOf('CA-unknown', { status: 'completed' }), never)).toBeUndefined()
    })

    it('come again until no attempt is left', async () => {
      const tenant = newTenant()
      const { call, carrierCall } = await dialled(store, tenant, { maxAttempts: 2 })
      const busy = await store.tell(newsOf(carrierCall, { status: 'busy' }), () =>
        callAgain(NOW_MS + 60_000, 'busy'),
      )
      expect(busy).toMatchObject({ over: false, call: { status: 'scheduled', reason: 'busy' } })
      const id = newAttemptId()
      await store.beginAttempt({ id, call, carrier: 'twilio', atMs: NOW_MS + 60_000 })
      await store.notPlaced(id, callAgain(NOW_MS + 120_000, 'limited'))
      await store.notPlaced(id, callAgain(NOW_MS + 120_000, 'limited'))
      expect(await store.readCall(call)).toMatchObject({
        status: 'unreached',
        reason: 'limited',
        attempts: 2,
      })
    })

    it('do not come again for a campaign that was cancelled meanwhile, nor are made for it', async () => {
      const tenant = newTenant()
      const campaign = { id: 'c', tenant, name: 'C', agent: 'clinic', from: '+15550001111' }
      await store.putCampaign({ ...campaign, status: 'running' })
      const { carrierCall } = await dialled(store, tenant, { campaign: 'c' })
      await store.putCampaign({ ...campaign, status: 'cancelled' })
      const told = await store.tell(newsOf(carrierCall, { status: 'busy' }), () => callAgain(NOW_MS, 'busy'))
      expect(told).toMatchObject({ over: true, call: { status: 'cancelled' } })
      await expect(made(store, tenant, { campaign: 'c' })).rejects.toMatchObject({ code: 'conflict' })
    })

    it('complete the attempt after its end without deciding again', async () => {
      const { call, carrierCall } = await completed(store, newTenant())
      const late = newsOf(carrierCall, { status: 'ringing', durationSeconds: 31 })
      expect(await store.tell(late, never)).toMatchObject({ news: true, over: false })
      expect(await store.readCall(call)).toMatchObject({ status: 'completed', talkedSeconds: 31 })
    })
  })

  describe('cancelled', () => {
    it('end at once while they wait, and stay so', async () => {
      const call = await made(store, newTenant())
      expect(await store.cancel(call, 'not needed', NOW_MS)).toMatchObject({ status: 'cancelled' })
      expect(await store.cancel(call, 'again', NOW_MS)).toBeUndefined()
      expect(await store.cancel({ ...call, tenant: newTenant() }, 'other', NOW_MS)).toBeUndefined()
      expect(
        await store.beginAttempt({ id: newAttemptId(), call, carrier: 'twilio', atMs: NOW_MS }),
      ).toBeUndefined()
    })

    it('are marked while they are dialled, and do not come again', async () => {
      const tenant = newTenant()
      const { call, carrierCall } = await dialled(store, tenant)
      expect(await store.cancel(call, 'not needed', NOW_MS)).toMatchObject({ status: 'dialling' })
      await store.cancel(call, 'not needed', NOW_MS)
      expect((await kinds(tenant)).filter(kind => kind === 'cancel-asked')).toHaveLength(1)
      const told = await store.tell(newsOf(carrierCall, { status: 'canceled' }), () =>
        callAgain(0, 'canceled'),
      )
      expect(told?.call).toMatchObject({ status: 'cancelled', reason: 'not needed' })
    })
  })

  describe('that are over', () => {
    it('are finished once: outcome, lead and letters together', async () => {
      const tenant = newTenant()
      await store.putLead({ id: 'ana', tenant, phone: '+34911000111', fields: { a: 1 }, atMs: NOW_MS })
      const { call } = await completed(store, tenant)
      expect(await store.unfinishedAfterCalls(1000)).toContainEqual({ tenant, id: call.id })
      const letter = { id: `letter_${call.id}`, tenant, kind: 'webhook', target: 'https://x.test' } as const
      const done = {
        outcome: outcomeOf(call),
        lead: { id: 'ana', status: 'interested', fields: { b: 2 } },
        letters: [{ ...letter, body: { call: call.id }, atMs: NOW_MS }],
      }
      const finished = await Promise.all([store.finish(done), store.finish(done), store.finish(done)])
      expect(finished.filter(first => first)).toHaveLength(1)
      expect(await store.readOutcome(call)).toEqual(done.outcome)
      expect(await store.readLead(tenant, 'ana')).toMatchObject({
        status: 'interested',
        fields: { a: 1, b: 2 },
        lastCall: call.id,
        version: 2,
      })
      expect(await store.unfinishedAfterCalls(1000)).not.toContainEqual({ tenant, id: call.id })
    })

    it('are not finished before they are over, nor by another tenant', async () => {
      const { call } = await dialled(store, newTenant())
      const early = { outcome: outcomeOf(call), letters: [] }
      await expect(store.finish(early)).rejects.toMatchObject({ code: 'conflict' })
      const others = { outcome: outcomeOf({ ...call, tenant: newTenant() }), letters: [] }
      await expect(store.finish(others)).rejects.toMatchObject({ code: 'not_found' })
    })
  })

  describe('letters', () => {
    async function posted(tenant: string, atMs: number) {
      const { call } = await completed(store, tenant)
      const letter = {
        id: `letter_${call.id}`,
        tenant,
        kind: 'webhook',
        target: 'https://x.test',
        body: { n: 1 },
      }
      await store.finish({
        outcome: outcomeOf(call),
        letters: [{ ...letter, kind: 'webhook', atMs }],
      })
      return letter.id
    }

    it('are taken by one dispatcher for a lease, and again after it', async () => {
      const tenant = newTenant()
      const atMs = NOW_MS - 5_000_000
      const id = await posted(tenant, atMs)
      const take = (nowMs: number) => store.takeOutbox(nowMs, 1, 1000)
      const taken = await Promise.all([take(atMs), take(atMs), take(atMs)])
      expect(taken.flat()).toMatchObject([{ id, tries: 1, body: { n: 1 } }])
      expect(await take(atMs + 999)).toEqual([])
      expect(await take(atMs + 1000)).toMatchObject([{ id, tries: 2 }])
      await store.sent(id, atMs + 1001)
      await store.notSent(id, 'late', atMs)
      expect(await take(atMs + 9999)).toEqual([])
    })

    it('that cannot be sent are kept, and may be sent again', async () => {
      const tenant = newTenant()
      const atMs = NOW_MS - 9_000_000
      const id = await posted(tenant, atMs)
      await store.takeOutbox(atMs, 1, 1000)
      await store.notSent(id, 'HTTP 500', atMs + 2000)
      expect(await store.takeOutbox(atMs + 1999, 1, 1000)).toEqual([])
      await store.takeOutbox(atMs + 2000, 1, 1000)
      await store.notSent(id, 'HTTP 410', undefined)
      expect(await store.deadLetters(tenant, 10)).toMatchObject([{ id, tries: 2, problem: 'HTTP 410' }])
      expect(await store.deadLetters(newTenant(), 10)).toEqual([])
      expect(await store.revive(newTenant(), id, atMs)).toBe(false)
      expect(await store.revive(tenant, id, atMs)).toBe(true)
      expect(await store.takeOutbox(atMs, 1, 1000)).toMatchObject([{ id, tries: 1 }])
      await store.sent(id, atMs)
    })
  })

  describe('leads', () => {
    it('are taken many at once, with a status only where they are new', async () => {
      const tenant = newTenant()
      const leads = ['a', 'b'].map((id, index) => {
        const own = { id, phone: `+3491100010${index}`, fields: { order: index }, atMs: NOW_MS }
        return { ...own, name: 'Ana', status: 'cold' }
      })
      await store.putLeads(tenant, leads)
      await store.putLead({ id: 'b', tenant, phone: '+34911000101', status: 'won', atMs: NOW_MS })
      await store.putLeads(tenant, leads)
      expect(await store.readLead(tenant, 'a')).toMatchObject({
        status: 'cold',
        version: 1,
        fields: { order: 0 },
      })
      expect(await store.readLead(tenant, 'b')).toMatchObject({ status: 'won', version: 2, name: 'Ana' })
      await store.putLeads(
        tenant,
        leads.map(({ name: _, ...lead }) => ({ ...lead, timeZone: 'Europe/Madrid', fields: {} })),
      )
      const changed = { status: 'won', version: 3, name: 'Ana', timeZone: 'Europe/Madrid', fields: {} }
      expect(await store.readLead(tenant, 'b')).toMatchObject(changed)
    })

    it('are made, changed and found by phone, and a change is counted once', async () => {
      const tenant = newTenant()
      const lead = { id: 'l1', tenant, phone: '+34911000222', atMs: NOW_MS }
      expect(await store.putLead({ ...lead, name: 'Ana' })).toMatchObject({ status: 'new', version: 1 })
      expect(await store.putLead({ ...lead, name: 'Ana' })).toMatchObject({ version: 1 })
      const changed = await store.putLead({ ...lead, status: 'won', timeZone: 'Europe/Madrid' })
      expect(changed).toMatchObject({ name: 'Ana', status: 'won', version: 2 })
      expect(await store.listLeads({ tenant, phone: lead.phone })).toEqual({ leads: [changed] })
      expect(await store.listLeads({ tenant: newTenant() })).toEqual({ leads: [] })
      await expect(store.putLead({ ...lead, phone: '911' })).rejects.toMatchObject({ code: 'bad_number' })
    })

    it('are listed page by page', async () => {
      const tenant = newTenant()
      for (const id of ['a', 'b', 'c'])
        await store.putLead({ id, tenant, phone: '+34911000333', atMs: NOW_MS })
      const page = await store.listLeads({ tenant, limit: 2 })
      expect(page.leads.map(lead => lead.id)).toEqual(['c', 'b'])
      const rest = await store.listLeads({ tenant, limit: 2, before: page.next ?? '' })
      expect(rest.leads.map(lead => lead.id)).toEqual(['a'])
      expect(rest.next).toBeUndefined()
    })
  })

  describe('money', () => {
    it('is never set aside beyond a limit, whoever asks at once', async () => {
      const tenant = newTenant()
      const call = await made(store, tenant)
      const asked = await Promise.all(
        Array.from({ length: 30 }, (_, at) =>
          store.reserve({
            id: `turn_${call.id}_${at}`,
            tenant,
            call: call.id,
            micros: 7,
            dayFromMs: NOW_MS - 1000,
            limits: { tenantDayMicros: 100 },
            atMs: NOW_MS,
          }),
        ),
      )
      expect(asked.filter(given => given)).toHaveLength(14)
      expect(await store.spent({ tenant, fromMs: NOW_MS - 1000 })).toBe(98)
    })

    it('is settled once, and counted in the call', async () => {
      const tenant = newTenant()
      const call = await made(store, tenant)
      const id = `turn_${call.id}`
      const turn = { id, tenant, call: call.id, micros: 50, dayFromMs: 0, atMs: NOW_MS }
      expect(await store.reserve({ ...turn, limits: { callMicros: 49 } })).toBe(false)
      expect(await store.reserve({ ...turn, limits: { callMicros: 50 } })).toBe(true)
      expect(await store.reserve({ ...turn, limits: { callMicros: 50 } })).toBe(true)
      await Promise.all([store.settle(id, 20), store.settle(id, 20)])
      await store.addCost(call, 5.5, 'carrier')
      expect(await store.spent({ tenant, call: call.id, fromMs: 0 })).toBe(26)
      expect(await store.readCall(call)).toMatchObject({ costMicros: 26 })
      expect(await store.spent({ tenant: newTenant(), call: call.id, fromMs: 0 })).toBe(0)
    })

    it('has one limit over all tenants', async () => {
      const day = { dayFromMs: NOW_MS + 1_000_000, atMs: NOW_MS + 1_000_000 }
      const asked = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const tenant = newTenant()
          const call = await made(store, tenant)
          const turn = { id: `day_${call.id}`, tenant, call: call.id, micros: 10, ...day }
          return store.reserve({ ...turn, limits: { dayMicros: 35 } })
        }),
      )
      expect(asked.filter(given => given)).toHaveLength(3)
    })
  })

  describe('forgotten', () => {
    const session = (id: string, tenant: string) => ({
      id: id as SessionId,
      tenant,
      agent: 'clinic',
      language: 'en',
      edge: 'phone',
      startedAtMs: NOW_MS,
    })

    const nothing = { audioMs: 0, characters: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
    const usageLine = {
      slot: 'tts' as const,
      provider: 'cartesia',
      used: { ...nothing, characters: 4 },
      wasted: nothing,
      requests: 1,
      uncounted: 0,
    }
    const usageRows = async (id: string) => {
      const { rows } = await sql`select 1 from parley.session_usage where session_id = ${id}`.execute(
        database.store.database.sql,
      )
      return rows.length
    }

    it('are those that ended before, with their sessions; money stays counted', async () => {
      const tenant = newTenant()
      const { call, attempt } = await completed(store, tenant)
      const waiting = await made(store, tenant)
      const id = `ses_${call.id}`
      await database.store.beginSession(session(id, tenant))
      await store.joinSession(attempt.id, id as SessionId, NOW_MS)
      await store.addCost(call, 9, 'carrier')
      await database.store.writeUsage(id as SessionId, { run: 'one', lines: [usageLine] })
      expect(await usageRows(id)).toBe(1)
      expect(await store.dropOlder(tenant, NOW_MS + 1000, 10)).toEqual([])
      expect(await store.dropOlder(newTenant(), NOW_MS + 1001, 10)).toEqual([])
      expect(await store.olderCalls(NOW_MS + 1001, 10_000)).toContainEqual({ tenant, id: call.id })
      expect(await store.dropOlder(tenant, NOW_MS + 1001, 10)).toEqual([{ tenant, id: call.id }])
      expect(await store.readCall(call)).toBeUndefined()
      expect(await database.store.readSession({ tenant, id: id as SessionId })).toBeUndefined()
      expect(await usageRows(id)).toBe(0)
      expect(await store.readCall(waiting)).toBeDefined()
      expect(await store.spent({ tenant, fromMs: NOW_MS + 400 })).toBe(9)
      expect(await kinds(tenant)).toEqual(['created'])
    })

    it('is a person, everything but that they are not to be called', async () => {
      const tenant = newTenant()
      const phone = '+34911555666'
      const { call, attempt, carrierCall } = await dialled(store, tenant, { to: phone })
      const id = `ses_${call.id}`
      await database.store.beginSession(session(id, tenant))
      await store.joinSession(attempt.id, id as SessionId, NOW_MS)
      await expect(store.erasePerson(tenant, phone, NOW_MS)).rejects.toMatchObject({ code: 'conflict' })
      await store.tell(newsOf(carrierCall, { status: 'completed' }), () => callOver('completed'))
      await store.putLead({ id: 'x', tenant, phone, atMs: NOW_MS })
      const letter = {
        id: `letter_${call.id}`,
        tenant,
        kind: 'lead',
        target: 'x',
        body: {},
        atMs: NOW_MS,
      } as const
      await store.finish({ outcome: outcomeOf(call), letters: [letter] })
      await store.setDoNotCall({ tenant, phone, on: true, atMs: NOW_MS })
      const others = await made(store, tenant)
      const shelf = createSqlResumeShelf(database.store.database)
      const standing = { session: id as SessionId, tenant, body: '{}', forMs: 60_000 }
      await shelf.put('node', [standing])

      expect(await store.callsOfPerson(tenant, phone)).toEqual({ callIds: [call.id], sessionIds: [id] })
      const erased = await store.erasePerson(tenant, phone, NOW_MS)
      expect(erased).toEqual({ calls: 1, sessions: 1, leads: 1, callIds: [call.id], sessionIds: [id] })
      expect(await store.erasePerson(tenant, phone, NOW_MS)).toMatchObject({
        calls: 0,
        sessions: 0,
        leads: 0,
      })
      expect(await store.readOutcome(call)).toBeUndefined()
      expect(await store.readLead(tenant, 'x')).toBeUndefined()
      expect(await database.store.readSession({ tenant, id: id as SessionId })).toBeUndefined()
      expect(
        await shelf.take({ session: id as SessionId, tenant, by: 'other', againAfterMs: 0 }),
      ).toBeUndefined()
      expect((await store.takeOutbox(NOW_MS, 1000, 1)).map(one => one.id)).not.toContain(letter.id)
      expect(await store.readCall(others)).toBeDefined()
      expect(await made(store, tenant, { to: phone })).toMatchObject({ status: 'failed' })
    })
  })

  it('number their events so that a follower misses none', async () => {
    const tenant = newTenant()
    const calls = await store.createCalls(Array.from({ length: 10 }, () => wish(tenant)))
    let writing = true
    const seen: number[] = []
    const follow = async () => {
      for (;;) {
        const last = !writing
        const events = await store.readEvents({ tenant, afterSeq: seen.at(-1) ?? 0, limit: 7 })
        seen.push(...events.map(event => event.seq))
        if (last && events.length === 0) return
      }
    }
    const following = follow()
    await Promise.all(
      calls.map(async call => {
        for (let n = 0; n < 10; n++) {
          await store.addEvent({ call: call.id, tenant, atMs: NOW_MS, kind: 'note', data: { n } })
        }
      }),
    )
    writing = false
    await following
    expect(seen).toHaveLength(110)
    expect(seen).toEqual([...seen].sort((one, other) => one - other))
  })

  it('are followed by kind, and from their last on', async () => {
    const tenant = newTenant()
    const call = await made(store, tenant)
    const note = { call: call.id, tenant, atMs: NOW_MS, data: {} }
    await store.addEvent({ ...note, kind: 'asked' })
    const seq = await store.addEvent({ ...note, kind: 'note' })
    expect(await store.lastEvent()).toBe(seq)
    const asked = await store.readEvents({ tenant, afterSeq: 0, kinds: ['asked', 'cancel-asked'] })
    expect(asked.map(({ kind }) => kind)).toEqual(['asked'])
  })
})
