/**
 * The port for calls, leads and what came of them. Everything that must happen together happens in one operation here, in
 * one transaction: a crash between two of them loses nothing, and the same operation again changes nothing. Another
 * tenant's rows look exactly like missing ones.
 */

import type { Json, SessionId } from '@parley/core'
import type {
  AnsweredBy,
  AttemptId,
  Call,
  CallAttempt,
  CallEvent,
  CallId,
  CallKey,
  CallOutcome,
  CallStatus,
  Campaign,
  CarrierName,
  Lead,
  LegStatus,
} from '../call.js'

export interface CallStore {
  /**
   * Makes calls known, each with the event `created`; all or none. A `key` that was used before gives the call made then.
   * A number on the list of those not to be called makes a call that is `failed` at once.
   * @throws ParleyError `bad_number`; `not_found` for an unknown campaign, `conflict` for a cancelled one
   */
  createCalls(calls: readonly NewCall[]): Promise<readonly Call[]>
  /** An inbound call, or one that a carrier knows and we do not (yet): the same `carrierCall` gives the same call. */
  takeCall(
    call: IncomingCall,
  ): Promise<{ readonly call: Call; readonly attempt: CallAttempt; readonly known: boolean }>
  readCall(key: CallKey): Promise<CallDetail | undefined>
  /** The call in which a session talked. */
  callOfSession(key: {
    readonly tenant: string
    readonly session: SessionId
  }): Promise<CallDetail | undefined>
  /** For those who are told an attempt by an address that a carrier signed: of any tenant. */
  findAttempt(id: AttemptId): Promise<{ readonly call: Call; readonly attempt: CallAttempt } | undefined>
  listCalls(query: CallQuery): Promise<CallPage>
  /** For the worker, over all tenants: those whose time has come, first by priority, then by time. At most `limit`. */
  dueCalls(nowMs: number, limit: number): Promise<readonly Call[]>
  /** Attempts that were intended before then and whose fate nobody wrote down: a worker died. */
  strandedAttempts(beforeMs: number): Promise<readonly CallAttempt[]>
  /** Attempts that the carrier took and has told nothing of since then: its news got lost, or the call is a long one. */
  silentAttempts(beforeMs: number): Promise<readonly CallAttempt[]>
  /** Whose these calls at a carrier are, by the carrier's ids, over all tenants; without those that nobody here knows. */
  attemptsAt(carrier: CarrierName, carrierCalls: readonly string[]): Promise<ReadonlyMap<string, AttemptId>>
  /** Attempts that count as a live call now, by tenant and caller id: for limits. */
  liveAttempts(): Promise<readonly LiveCount[]>

  /**
   * Writes down that the carrier is about to be asked: the only way to an attempt. Undefined unless the call may be dialled
   * right now (`queued` or `scheduled`, its time has come, no attempt under way, attempts left, not on the list).
   */
  beginAttempt(intent: AttemptIntent): Promise<CallAttempt | undefined>
  /** The carrier took it. The same again changes nothing; an attempt that has ended stays so. */
  placed(attempt: AttemptId, carrierCall: string): Promise<void>
  /**
   * The carrier did not take it, for sure. `then` says what becomes of the call; an attempt that counts for nothing (`free`)
   * ends as `canceled`, any other as `failed`.
   */
  notPlaced(attempt: AttemptId, then: AfterAttempt): Promise<void>
  /**
   * What a carrier told, folded into the attempt: late, twice and out of order come to the same row. `decide` is asked when
   * the attempt has ended, inside the transaction: once, and again only where the database took that back. Undefined for
   * news of nothing we know, and of another call at the carrier than the attempt's.
   */
  tell(news: AttemptNews, decide: DecideAfter): Promise<Told | undefined>
  /** A session talks in this attempt. */
  joinSession(attempt: AttemptId, session: SessionId, atMs: number): Promise<void>
  /** Cancels what was not dialled yet; a call under way is only marked, for its node to end it. False for what is over. */
  cancel(key: CallKey, reason: string, atMs: number): Promise<Call | undefined>
  /** Puts a call off without an attempt: calling hours, limits. */
  postpone(key: CallKey, notBeforeMs: number, reason: string): Promise<void>
  addEvent(event: Omit<CallEvent, 'seq'>): Promise<number>
  addCost(key: CallKey, micros: number, what: string): Promise<void>
  /** Over one tenant or all, from `afterSeq` on, oldest first. */
  readEvents(query: CallEventQuery): Promise<readonly CallEvent[]>
  /** The number of the last event of all tenants, 0 without any: where one begins to follow who wants nothing of the past. */
  lastEvent(): Promise<number>

  /** Calls that are over and whose after-call work is not done. */
  unfinishedAfterCalls(limit: number): Promise<readonly CallKey[]>
  readOutcome(key: CallKey): Promise<CallOutcome | undefined>
  /**
   * The outcome, the lead's new status and what is to be told outside, together and once: a second one for the same call
   * changes nothing and gives false.
   */
  finish(done: FinishedCall): Promise<boolean>
  /** What waits to be sent, whose time has come; taken for `leaseMs` so that no two dispatchers send it at once. */
  takeOutbox(nowMs: number, limit: number, leaseMs: number): Promise<readonly OutboxMessage[]>
  sent(id: string, atMs: number): Promise<void>
  /** `nextAtMs` undefined: a dead letter. */
  notSent(id: string, problem: string, nextAtMs: number | undefined): Promise<void>
  deadLetters(tenant: string, limit: number): Promise<readonly OutboxMessage[]>
  /** Sends a dead letter again. */
  revive(tenant: string, id: string, atMs: number): Promise<boolean>

  putLead(lead: NewLead): Promise<Lead>
  /**
   * Many of one tenant at once, their ids all different, all or none: as `putLead`, but the status is only that of leads
   * which are new. @throws ParleyError `bad_number`
   */
  putLeads(tenant: string, leads: readonly WholeLead[]): Promise<void>
  readLead(tenant: string, id: string): Promise<Lead | undefined>
  listLeads(query: LeadQuery): Promise<{ readonly leads: readonly Lead[]; readonly next?: string }>
  /** Adds to, or takes from, the list of those not to be called. */
  setDoNotCall(entry: DoNotCall): Promise<void>
  isDoNotCall(tenant: string, phone: string): Promise<boolean>
  putCampaign(campaign: Omit<Campaign, 'createdAtMs'>): Promise<Campaign>
  readCampaign(tenant: string, id: string): Promise<CampaignDetail | undefined>
  listCampaigns(tenant: string): Promise<readonly CampaignDetail[]>

  /** What was spent in a day by tenant, and by call: for budgets. */
  spent(query: { readonly tenant: string; readonly call?: CallId; readonly fromMs: number }): Promise<number>
  /**
   * Sets aside `micros` for a turn unless that would go over a limit; `false` then, and nothing is set aside. What is set
   * aside counts as spent until `settle`, which puts the true cost in its place.
   */
  reserve(reservation: Reservation): Promise<boolean>
  settle(id: string, micros: number): Promise<void>

  /** Calls that ended before then, the oldest first, over all tenants: for those who keep more about them, as recordings. */
  olderCalls(beforeMs: number, limit: number): Promise<readonly CallKey[]>
  /** Forgets what is older: calls with all that hangs on them, and their sessions. Gives those that are gone. */
  dropOlder(tenant: string | undefined, beforeMs: number, limit: number): Promise<readonly CallKey[]>
  /** Calls to and from a number: for those who keep more about them than the store does, recordings for one. */
  callsOfPerson(tenant: string, phone: string): Promise<PersonsCalls>
  /**
   * Everything about a number: calls, sessions, outcomes, leads, letters. What remains is that it is not to be called.
   * @throws ParleyError `conflict` while a call with it is under way
   */
  erasePerson(tenant: string, phone: string, atMs: number): Promise<ErasedPerson>
}

export interface NewCall {
  readonly id: CallId
  readonly tenant: string
  /** Of the one who asks: the same again makes no second call. */
  readonly key?: string
  readonly from: string
  readonly to: string
  readonly agent: string
  readonly language?: string
  readonly lead?: string
  readonly campaign?: string
  readonly priority: number
  readonly notBeforeMs: number
  readonly maxAttempts: number
  readonly facts: { readonly [name: string]: Json }
  readonly record: boolean
  readonly atMs: number
}

export interface IncomingCall {
  readonly id: CallId
  readonly attempt: AttemptId
  readonly tenant: string
  readonly carrier: CarrierName
  readonly carrierCall: string
  readonly from: string
  readonly to: string
  readonly agent: string
  readonly language?: string
  readonly record: boolean
  readonly atMs: number
}

export interface AttemptIntent {
  readonly id: AttemptId
  readonly call: CallKey
  readonly carrier: CarrierName
  readonly atMs: number
}

export interface AttemptNews {
  /** One of the two is known. */
  readonly attempt?: AttemptId
  readonly carrierCall: string
  readonly carrier: CarrierName
  /** The same id again is the same news. */
  readonly id: string
  readonly status?: LegStatus
  readonly sequence?: number
  readonly answeredBy?: AnsweredBy
  readonly durationSeconds?: number
  readonly atMs: number
}

/** What becomes of a call after an attempt that is over. */
export type AfterAttempt =
  /** `free`: it does not count among the attempts that the call has, since nobody was rung. */
  | {
      readonly then: 'again'
      readonly notBeforeMs: number
      readonly reason: string
      readonly free?: boolean
    }
  | { readonly then: 'over'; readonly status: CallStatus; readonly reason?: string }

/** `earlier`: the call's other attempts, all of them over, in their order. */
export type DecideAfter = (call: Call, attempt: CallAttempt, earlier: readonly CallAttempt[]) => AfterAttempt

export interface Told {
  readonly call: Call
  readonly attempt: CallAttempt
  /** Whether it changed anything. */
  readonly news: boolean
  /** Whether the call is over by it. */
  readonly over: boolean
}

export interface CallDetail extends Call {
  readonly legs: readonly CallAttempt[]
}

export interface CallQuery {
  readonly tenant: string
  readonly status?: CallStatus
  readonly campaign?: string
  readonly lead?: string
  /** 1–200, default 50. */
  readonly limit?: number
  readonly before?: string
}

export interface CallPage {
  readonly calls: readonly Call[]
  readonly next?: string
}

export interface CallEventQuery {
  /** All tenants without: for the node's own followers. */
  readonly tenant?: string
  readonly call?: CallId
  readonly afterSeq: number
  /** Only these. */
  readonly kinds?: readonly string[]
  /** Default 500. */
  readonly limit?: number
}

export interface LiveCount {
  readonly tenant: string
  readonly from: string
  readonly count: number
}

export interface FinishedCall {
  readonly outcome: CallOutcome
  readonly lead?: {
    readonly id: string
    readonly status: string
    readonly fields: { readonly [name: string]: Json }
  }
  readonly letters: readonly NewLetter[]
}

export interface NewLetter {
  readonly id: string
  readonly tenant: string
  /** `webhook`: an address is told; `lead`: a lead that lives elsewhere (Supabase by PostgREST) is changed. */
  readonly kind: 'webhook' | 'lead'
  readonly target: string
  readonly body: Json
  readonly atMs: number
}

export interface OutboxMessage extends NewLetter {
  /** How often it was taken to be sent, this time included; 0 for one that was revived. */
  readonly tries: number
  readonly problem?: string
}

export interface NewLead {
  readonly id: string
  readonly tenant: string
  readonly phone: string
  readonly name?: string
  readonly status?: string
  readonly timeZone?: string
  readonly fields?: { readonly [name: string]: Json }
  readonly atMs: number
}

export type WholeLead = Omit<NewLead, 'tenant'> & Required<Pick<NewLead, 'fields'>>

export interface LeadQuery {
  readonly tenant: string
  readonly status?: string
  readonly phone?: string
  readonly limit?: number
  readonly before?: string
}

export interface DoNotCall {
  readonly tenant: string
  readonly phone: string
  readonly on: boolean
  readonly reason?: string
  readonly atMs: number
}

export interface CampaignDetail extends Campaign {
  readonly counts: Readonly<Partial<Record<CallStatus, number>>>
}

export interface Reservation {
  readonly id: string
  readonly tenant: string
  readonly call: CallId
  readonly micros: number
  /** The day of the tenant begins here, epoch ms. */
  readonly dayFromMs: number
  /** Undefined for none. */
  readonly limits: {
    readonly callMicros?: number
    readonly tenantDayMicros?: number
    readonly dayMicros?: number
  }
  readonly atMs: number
}

export interface PersonsCalls {
  readonly callIds: readonly CallId[]
  readonly sessionIds: readonly SessionId[]
}

export interface ErasedPerson extends PersonsCalls {
  readonly calls: number
  readonly sessions: number
  readonly leads: number
}
