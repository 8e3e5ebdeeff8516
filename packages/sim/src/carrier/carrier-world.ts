/** What all parts of one simulated carrier share. */

import type { Clock } from '@parley/core'
import type { CarrierDialect } from '../phone/carrier-speech.js'
import type { CarrierBehaviour, CarrierSimOptions, ConnectStream } from './carrier-options.js'
import type { Leg } from './leg.js'
import type { Party } from './party.js'
import type { Parameters } from './signature.js'

export interface CarrierWorld {
  readonly options: CarrierSimOptions
  readonly clock: Clock
  readonly random: () => number
  readonly dialect: CarrierDialect
  readonly account: string
  readonly authToken: string
  readonly signingKey: string
  readonly epochMs: () => number
  readonly fetch: typeof fetch
  readonly connect: ConnectStream
  readonly speak: (text: string, language: string) => Promise<Int16Array>
  readonly behaviour: { now: CarrierBehaviour }
  /** Aborts when the carrier closes. */
  readonly closing: AbortSignal
  /** Who holds the phone of a number; somebody anew for each call. */
  partyAt(number: string): Party
  /** `CA…` or a UUID, by the dialect. */
  newId(prefix: 'CA' | 'MZ' | 'CF' | 'PN'): string
  note(leg: Leg, kind: string, text: string): void
  /** What a customer did that a carrier would refuse or warn of. */
  complain(sentence: string): void
  /** Everything that was asked of customers. */
  readonly asked: AskedOfCustomer[]
}

export interface AskedOfCustomer {
  /** The carrier's clock, ms. */
  readonly atMs: number
  readonly call: string
  readonly kind: 'document' | 'callback' | 'sound'
  readonly method: string
  readonly url: string
  readonly parameters: Readonly<Record<string, string>>
  /** Undefined while it is under way; 0 where nobody answered. */
  status: number | undefined
}

/** What every request about a call tells. */
export function parametersOf({ account }: CarrierWorld, leg: Leg): Record<string, string> {
  return {
    AccountSid: account,
    ApiVersion: '2010-04-01',
    CallSid: leg.sid,
    CallStatus: leg.status,
    Direction: leg.direction,
    From: leg.from,
    To: leg.to,
    Caller: leg.from,
    Called: leg.to,
    ...(leg.parent === undefined ? {} : { ParentCallSid: leg.parent }),
    ...(leg.answeredBy === undefined ? {} : { AnsweredBy: leg.answeredBy }),
  }
}

export function entriesOf(parameters: Readonly<Record<string, string>>): Parameters {
  return Object.entries(parameters)
}
