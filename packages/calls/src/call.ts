/**
 * A call as work: a wish to talk to somebody by phone, or somebody who rang, from the wish to the last thing done about it.
 * A call is dialled in attempts, each of which is one call at the carrier; what was said is a session each time somebody is
 * connected. The row of the call is the truth: queues, carriers and nodes may forget.
 */

import type { Json, SessionId } from '@parley/core'

declare const brand: unique symbol
/** `call_` and what cannot be guessed. */
export type CallId = string & { readonly [brand]: 'call' }
/** `att_…`; stands in the addresses that a carrier is told to ask, so that what it tells finds its attempt. */
export type AttemptId = string & { readonly [brand]: 'attempt' }

export interface CallKey {
  readonly tenant: string
  readonly id: CallId
}

export const carrierNames = ['twilio', 'signalwire', 'telnyx', 'emulator'] as const
export type CarrierName = (typeof carrierNames)[number]

export const callStatuses = [
  /** Waits for its time. */
  'scheduled',
  /** May be dialled now, or as soon as limits let it. */
  'queued',
  /** An attempt is under way, nobody has answered. */
  'dialling',
  'in-progress',
  /** Somebody, or something, was talked to. */
  'completed',
  /** All attempts ended without an answer. */
  'unreached',
  /** It cannot be made: a number that is none, one on the list of those not to be called, a carrier that refuses it. */
  'failed',
  'cancelled',
] as const
export type CallStatus = (typeof callStatuses)[number]

export const finalStatuses: readonly CallStatus[] = ['completed', 'unreached', 'failed', 'cancelled']

/** What the carrier says of one attempt; the names are Twilio's, other carriers' are mapped to them. */
export const legStatuses = [
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
] as const
export type LegStatus = (typeof legStatuses)[number]

/** Who took the call, as far as anybody can tell. */
export type AnsweredBy = 'human' | 'machine' | 'fax' | 'unknown'

export interface Call extends CallKey {
  readonly direction: 'inbound' | 'outbound'
  /** E.164, `+` and digits; for inbound calls of somebody who hides their number, empty. */
  readonly from: string
  readonly to: string
  /** Name of the agent. */
  readonly agent: string
  /** BCP 47. */
  readonly language?: string
  readonly lead?: string
  readonly campaign?: string
  readonly status: CallStatus
  /** 1 (first) to 1,000. */
  readonly priority: number
  /** Epoch ms; not dialled before. */
  readonly notBeforeMs: number
  /** Attempts made, and at most. */
  readonly attempts: number
  readonly maxAttempts: number
  readonly answeredBy?: AnsweredBy
  /** Why it stands as it does, for people: `busy`, `on the list of those not to be called`, … */
  readonly reason?: string
  /** What the agent is told of it: names, an order, whatever the one who made it knows. */
  readonly facts: { readonly [name: string]: Json }
  readonly record: boolean
  readonly createdAtMs: number
  readonly answeredAtMs?: number
  readonly endedAtMs?: number
  /** Whole seconds that were talked, by the carrier where it says so. */
  readonly talkedSeconds?: number
  /** What it cost so far, in millionths of the currency of the price list. */
  readonly costMicros: number
  /** Rises with every change. */
  readonly version: number
}

export type AttemptState =
  /** Written before the carrier is asked: after a crash nobody knows whether it was. */
  | 'intended'
  /** The carrier has taken it. */
  | 'placed'
  | 'ended'

export interface CallAttempt {
  readonly id: AttemptId
  readonly call: CallId
  readonly tenant: string
  /** 1, 2, … */
  readonly number: number
  readonly carrier: CarrierName
  readonly state: AttemptState
  /** The carrier's own id of it, once it has told one. */
  readonly carrierCall?: string
  readonly status?: LegStatus
  readonly answeredBy?: AnsweredBy
  readonly sessions: readonly SessionId[]
  readonly intendedAtMs: number
  readonly answeredAtMs?: number
  readonly endedAtMs?: number
  readonly durationSeconds?: number
}

/** One thing that happened to a call, in order; what live followers are told. */
export interface CallEvent {
  readonly call: CallId
  readonly tenant: string
  /** Rises over all calls of the store: where a follower goes on. */
  readonly seq: number
  readonly atMs: number
  readonly kind: string
  readonly data: { readonly [name: string]: Json }
}

/** What came of a call, once: made by after-call work. */
export interface CallOutcome {
  readonly call: CallId
  readonly tenant: string
  readonly summary: string
  /** By the schema that the agent's file gives; what did not fit it is told in `problems`. */
  readonly result: Json
  readonly problems: readonly string[]
  readonly sentiment: { readonly caller: number; readonly reasons: readonly string[] }
  readonly statistics: Json
  readonly followUps: readonly { readonly what: string; readonly dueAtMs?: number }[]
  /** Who made it: `extract` for the one without a model, else provider and model. */
  readonly by: string
  readonly madeAtMs: number
}

/** Somebody who may be called. */
export interface Lead {
  readonly id: string
  readonly tenant: string
  readonly phone: string
  readonly name?: string
  readonly status: string
  /** IANA name, as in `Europe/Madrid`; that of the number's country without. */
  readonly timeZone?: string
  readonly fields: { readonly [name: string]: Json }
  readonly lastCall?: CallId
  readonly updatedAtMs: number
  readonly version: number
}

export interface Campaign {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly agent: string
  readonly from: string
  readonly status: 'running' | 'paused' | 'cancelled'
  readonly createdAtMs: number
}
