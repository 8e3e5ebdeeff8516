/** What a simulated carrier is made of, and what its customers may tell it. */

import type { Clock } from '@parley/core'
import type { CarrierDialect } from '../phone/carrier-speech.js'
import type { PhoneLine } from '../phone/phone-line.js'
import type { SimCall, SimCallEvent } from './leg.js'
import type { Party } from './party.js'
import type { Persona } from './persona.js'

export interface CarrierSimOptions {
  readonly clock: Clock
  /** 0 ≤ x < 1; seeded in tests. */
  readonly random: () => number
  readonly dialect: CarrierDialect
  /** `AC` and 32 hexadecimal digits; SignalWire: the UUID of the project. Made up without. */
  readonly account?: string
  /** Made up without. */
  readonly authToken?: string
  /** What SignalWire signs with. Default: the token. */
  readonly signingKey?: string
  /** Default: the system's. */
  readonly epochMs?: () => number
  readonly fetch?: typeof fetch
  /** Opens a media stream. Rejects where it cannot be had. Default: a WebSocket. */
  readonly connect?: ConnectStream
  /** A voice for `<Say>`: PCM16 at 8 kHz. Default: a note for each word. */
  readonly speak?: (text: string, language: string) => Promise<Int16Array>
  /** Numbers that belong to the account, and what happens when they are called. */
  readonly numbers?: Readonly<Record<string, OwnNumber>>
  /** Whether only `numbers` may be given as `From`. Default false. */
  readonly onlyOwnNumbers?: boolean
  /** New calls a second; more are refused with 429. Default: any. */
  readonly callsPerSecond?: number
  /** Between a request and the first ring, ms. Default 0. */
  readonly setUpMs?: number
  /** One-way times of the network between carrier and gateway, ms. Default 0. */
  readonly networkMs?: number
  /** How much of what each phone heard is kept, ms. Default 60,000. */
  readonly keepHeardMs?: number
  /** How many calls that are over are remembered. Default 10,000; the oldest go first. */
  readonly keepCalls?: number
  /** Hears all that happens. */
  readonly onEvent?: (call: SimCall, event: SimCallEvent) => void
}

export interface StreamOrder {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export type ConnectStream = (order: StreamOrder, signal: AbortSignal) => Promise<PhoneLine>

export interface OwnNumber {
  readonly voiceUrl: string
  /** Default `POST`. */
  readonly voiceMethod?: 'GET' | 'POST'
  readonly fallbackUrl?: string
  readonly statusUrl?: string
}

export interface CarrierBehaviour {
  readonly callbacks: CallbackBehaviour
  /** A fault of REST, and how often it strikes (default: always). */
  readonly rest: RestFault | undefined
  /** What machine detection says, whatever the truth. */
  readonly answeredBy: string | undefined
}

export interface CallbackBehaviour {
  /** `shuffled`: each after a random part of `delayMs`, so that they overtake each other; `backwards`: the later the sooner. */
  readonly order: 'as-happened' | 'shuffled' | 'backwards'
  /** ms. Default 0. */
  readonly delayMs: number
  /** How often each is sent: 0 never, 2 twice. */
  readonly times: number
}

export interface RestFault {
  /**
   * `refuse`: the connection is reset; `hang`: no answer; `failing`: 500; `limited`: 429; `unanswered`: what was asked is
   * done and the connection breaks before the answer.
   */
  readonly kind: 'refuse' | 'hang' | 'failing' | 'limited' | 'unanswered'
  readonly times?: number
}

/** Who answers at a number. A function makes somebody for each call. */
export type PhoneBehind = Persona | (() => Party)
