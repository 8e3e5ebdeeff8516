import { randomUUID } from 'node:crypto'
import type { Clock } from '@parley/core'
import { type Database, isStorable } from '@parley/platform'
import type { Call } from '../call.js'
import { endUnplaced, tell } from './attempt-news.js'
import {
  attemptsAt,
  beginAttempt,
  countLive,
  joinSession,
  markPlaced,
  selectSilent,
  selectStranded,
} from './attempts.js'
import { cancelCall, postponeCall } from './call-changes.js'
import { appendEvents, holdCall, type NewEvent, selectEvents, selectLastEvent } from './call-events.js'
import type { CallStore, NewCall } from './call-store.js'
import { selectCampaigns, upsertCampaign } from './campaigns.js'
import { isListed, setDoNotCall } from './do-not-call.js'
import { finishCall } from './finish-call.js'
import { callsOfPerson, dropOlder, erasePerson, selectOlder } from './forget.js'
import { selectLead, selectLeads, upsertLead, upsertLeads } from './leads.js'
import { insertCalls, takeIncoming } from './new-calls.js'
import { markNotSent, markSent, reviveLetter, selectDead, takeLetters } from './outbox.js'
import {
  selectAttempt,
  selectCall,
  selectCallOfSession,
  selectCalls,
  selectDue,
  selectOutcome,
  selectUnfinished,
} from './read-calls.js'
import { addCost, reserve, settle, sumSpent } from './spend.js'
import { createTransactions, type Work } from './tenancy.js'
import { unknownCall } from './unknown-call.js'

/**
 * The call store over the platform's database, PGlite and PostgreSQL alike: each operation one transaction, for one tenant
 * where one is named, else for all. Everything that may happen twice is tried again after passing faults.
 */
export interface CallStoreOptions {
  readonly database: Database
  /** Measures pauses between tries. */
  readonly clock: Clock
  /** Epoch ms: for what is told without a moment of its own. */
  readonly epochMs: () => number
}

export function createCallStore(options: CallStoreOptions): CallStore {
  const { database, clock, epochMs } = options
  const { of, ofAll, onceOf } = createTransactions(database, clock)

  async function createCalls(calls: readonly NewCall[]): Promise<readonly Call[]> {
    const tenants = new Set(calls.map(call => call.tenant))
    const [only] = tenants
    if (only === undefined) return []
    const makeAll = async (work: Work): Promise<readonly Call[]> => {
      const made = new Map<NewCall, Call>()
      const events: NewEvent[] = []
      // In one order, so that no two of these wait for each other.
      for (const tenant of [...tenants].sort()) {
        const own = calls.filter(call => call.tenant === tenant)
        const inserted = await insertCalls(work, tenant, own)
        for (const [place, wish] of own.entries()) {
          const call = inserted.calls[place]
          if (call) made.set(wish, call)
        }
        events.push(...inserted.events)
      }
      await appendEvents(work, events)
      return calls.flatMap(call => made.get(call) ?? [])
    }
    return tenants.size === 1 ? of(only, makeAll) : ofAll(makeAll)
  }

  return {
    createCalls,
    takeCall: call => of(call.tenant, work => takeIncoming(work, call)),
    readCall: key => of(key.tenant, work => selectCall(work, key)),
    callOfSession: key => of(key.tenant, work => selectCallOfSession(work, key)),
    findAttempt: id => ofAll(work => selectAttempt(work, id)),
    listCalls: query => of(query.tenant, work => selectCalls(work, query)),
    dueCalls: (nowMs, limit) => ofAll(work => selectDue(work, nowMs, limit)),
    strandedAttempts: beforeMs => ofAll(work => selectStranded(work, beforeMs)),
    silentAttempts: beforeMs => ofAll(work => selectSilent(work, beforeMs)),
    attemptsAt: (carrier, carrierCalls) => ofAll(work => attemptsAt(work, carrier, carrierCalls)),
    liveAttempts: () => ofAll(countLive),

    beginAttempt: intent => of(intent.call.tenant, work => beginAttempt(work, intent)),
    placed: (attempt, carrierCall) => ofAll(work => markPlaced(work, attempt, carrierCall, epochMs())),
    notPlaced: (attempt, then) => ofAll(work => endUnplaced(work, attempt, then, epochMs())),
    tell: (news, decide) => ofAll(work => tell(work, news, decide)),
    joinSession: (attempt, session, atMs) => ofAll(work => joinSession(work, attempt, session, atMs)),
    cancel: (key, reason, atMs) => of(key.tenant, work => cancelCall(work, key, reason, atMs)),
    postpone: (key, notBeforeMs, reason) =>
      of(key.tenant, work => postponeCall(work, key, { notBeforeMs, reason, atMs: epochMs() })),
    addEvent: event =>
      onceOf(event.tenant, async work => {
        if (await holdCall(work, event.tenant, event.call)) return appendEvents(work, [event])
        throw unknownCall()
      }),
    addCost(key, micros, what) {
      // Its id is made before the first try, so that another one counts nothing twice.
      const cost = { id: `cost_${randomUUID()}`, micros, what, atMs: epochMs() }
      return of(key.tenant, work => addCost(work, key, cost))
    },
    readEvents: query =>
      query.tenant === undefined
        ? ofAll(work => selectEvents(work, query))
        : of(query.tenant, work => selectEvents(work, query)),
    lastEvent: () => ofAll(selectLastEvent),

    unfinishedAfterCalls: limit => ofAll(work => selectUnfinished(work, limit)),
    readOutcome: key => of(key.tenant, work => selectOutcome(work, key)),
    finish: done => of(done.outcome.tenant, work => finishCall(work, done)),
    takeOutbox: (nowMs, limit, leaseMs) => ofAll(work => takeLetters(work, { nowMs, limit, leaseMs })),
    sent: (id, atMs) => ofAll(work => markSent(work, id, atMs)),
    notSent: (id, problem, nextAtMs) => ofAll(work => markNotSent(work, id, problem, nextAtMs)),
    deadLetters: (tenant, limit) => of(tenant, work => selectDead(work, tenant, limit)),
    revive: (tenant, id, atMs) => of(tenant, work => reviveLetter(work, tenant, id, atMs)),

    putLeads: (tenant, leads) => of(tenant, work => upsertLeads(work, tenant, leads)),
    putLead: lead => of(lead.tenant, work => upsertLead(work, lead)),
    readLead: (tenant, id) => of(tenant, work => selectLead(work, tenant, id)),
    listLeads: query => of(query.tenant, work => selectLeads(work, query)),
    setDoNotCall: entry => of(entry.tenant, work => setDoNotCall(work, entry)),
    isDoNotCall: (tenant, phone) => of(tenant, work => isListed(work, tenant, phone)),
    putCampaign: campaign => of(campaign.tenant, work => upsertCampaign(work, campaign, epochMs())),
    readCampaign: (tenant, id) => of(tenant, async work => (await selectCampaigns(work, tenant, id))[0]),
    listCampaigns: tenant => of(tenant, work => selectCampaigns(work, tenant)),

    spent: query => of(query.tenant, work => sumSpent(work, query)),
    // The limit of a day is over all tenants.
    reserve: reservation =>
      reservation.limits.dayMicros === undefined
        ? of(reservation.tenant, work => reserve(work, reservation))
        : ofAll(work => reserve(work, reservation)),
    settle: (id, micros) => ofAll(work => settle(work, id, micros, epochMs())),

    olderCalls: (beforeMs, limit) => ofAll(work => selectOlder(work, beforeMs, limit)),
    dropOlder: (tenant, beforeMs, limit) =>
      tenant === undefined
        ? ofAll(work => dropOlder(work, { tenant, beforeMs, limit }))
        : of(tenant, work => dropOlder(work, { tenant, beforeMs, limit })),
    callsOfPerson: (tenant, phone) =>
      of(tenant, async work =>
        isStorable(phone) ? callsOfPerson(work, tenant, phone) : { callIds: [], sessionIds: [] },
      ),
    erasePerson: (tenant, phone, atMs) => of(tenant, work => erasePerson(work, tenant, phone, atMs)),
  }
}
