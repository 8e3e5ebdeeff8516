/**
 * A phone carrier as the gateway uses it: dials, changes and ends calls by REST, is told what to do next by documents, and
 * tells by signed requests what became of a call. Media is none of its business: that is `packages/transports/src/phone`.
 */

import type { AnsweredBy, AttemptId, CarrierName, LegStatus } from '../call.js'

export interface Carrier {
  readonly name: CarrierName
  /** What it can do; what it cannot is done otherwise or refused with a sentence. */
  readonly can: {
    /** Documents are fetched and followed (TwiML, cXML): resume addresses, transfers and conferences by them. */
    readonly documents: boolean
    /** Keys can be sent into the call through its media stream. */
    readonly sendsDigits: boolean
    readonly detectsMachines: boolean
  }
  /**
   * Asks for a call, once; never retries by itself.
   * @throws ParleyError `bad_number`, `carrier_refused`, `carrier_limited` (retryable), `carrier_failed`,
   *   `carrier_unreachable`. `details.placed: 'no' | 'unknown'` says whether a call may exist all the same.
   */
  dial(order: DialOrder, signal: AbortSignal): Promise<PlacedCall>
  /**
   * The calls it has since then that may be the attempt's: after a crash. Newest first; all of them or an error, never a
   * part. What is known to belong to other attempts is the caller's to leave out. See docs/decisions/0011.
   */
  find(order: FindOrder, signal: AbortSignal): Promise<readonly PlacedCall[]>
  /** Resolves also where the call is over already. @throws as `dial` */
  hangUp(carrierCall: string, signal: AbortSignal): Promise<void>
  /**
   * Has the call do something else from now on. One `redirect` step alone serves everywhere that documents do; SignalWire
   * takes nothing else. @throws as `dial`; `call_over` where it is gone
   */
  redirect(
    carrierCall: string,
    steps: readonly CallStep[],
    signal: AbortSignal,
    /** Given where it is known: carriers without documents keep it with the call. */
    attempt?: AttemptId,
  ): Promise<void>
  /** Without documents: takes an inbound call and has it do the steps. @throws as `redirect` */
  pickUp?(carrierCall: string, steps: readonly CallStep[], signal: AbortSignal): Promise<void>
  /** What a request of the carrier's is answered with; for carriers with documents the steps themselves. */
  answer(steps: readonly CallStep[]): CarrierAnswer
  /**
   * Whether the request was signed by the carrier, for the address that it was given (never the `Host` header's).
   * @throws ParleyError `bad_signature`
   */
  verify(request: CarrierRequest): void
  /** What it tells. @throws ParleyError `bad_message` */
  read(request: CarrierRequest): CarrierNews
}

export interface DialOrder {
  readonly attempt: AttemptId
  readonly from: string
  readonly to: string
  /** Asked by the carrier once it is answered, and told what becomes of it. */
  readonly answerUrl: string
  readonly statusUrl: string
  /** How long it rings, seconds. */
  readonly ringSeconds: number
  /** Longest call, seconds. */
  readonly maxSeconds: number
  /** Have the carrier listen for a machine, too, and tell this address. */
  readonly machineUrl?: string
}

export interface FindOrder {
  readonly attempt: AttemptId
  readonly from: string
  readonly to: string
  /** Epoch ms. */
  readonly sinceMs: number
}

export interface PlacedCall {
  readonly carrierCall: string
  readonly status: LegStatus
  /** When it was made, epoch ms, by the carrier's clock; from `find`. */
  readonly createdAtMs?: number
  /** `attempt`: the carrier gave the attempt's name back. `numbers`: it goes from and to the same numbers since then. */
  readonly evidence?: 'attempt' | 'numbers'
}

/** What a call does, one after the other. Texts are spoken by the carrier's own voice: only for what no agent says. */
export type CallStep =
  /** Blocks until the stream is closed by us; then the next step. At most one stream of a call at a time. */
  | {
      readonly step: 'stream'
      /** `wss://…`, without a query. */
      readonly url: string
      readonly parameters: Readonly<Record<string, string>>
      readonly statusUrl?: string
    }
  | { readonly step: 'say'; readonly text: string; readonly language: string }
  | { readonly step: 'play'; readonly url: string; readonly times?: number }
  | { readonly step: 'pause'; readonly seconds: number }
  /** Joined with somebody else; `thenUrl` is asked when that is over or nobody answered, with `DialCallStatus`. */
  | {
      readonly step: 'dial'
      readonly to: string
      readonly from: string
      readonly ringSeconds: number
      readonly thenUrl: string
      /** Heard by the one dialled before they are joined; asked from this address. */
      readonly whisperUrl?: string
    }
  | {
      readonly step: 'conference'
      readonly room: string
      readonly holdUrl?: string
      /** Whether the conference ends with this one. */
      readonly ends: boolean
      readonly thenUrl?: string
    }
  | {
      readonly step: 'gather'
      readonly digits: number
      readonly seconds: number
      readonly say?: string
      readonly language: string
      readonly thenUrl: string
    }
  /** Sends keys into the call. */
  | { readonly step: 'digits'; readonly digits: string }
  | { readonly step: 'redirect'; readonly url: string }
  | { readonly step: 'reject'; readonly reason: 'busy' | 'rejected' }
  | { readonly step: 'hang-up' }

export interface CarrierAnswer {
  readonly contentType: string
  readonly body: string
}

/** A request of a carrier's, as it came in. */
export interface CarrierRequest {
  readonly method: string
  /** The public address that the carrier was given, whole, with its query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The bytes as they came: signatures are over them. */
  readonly body: Uint8Array
  /** Epoch ms. */
  readonly atMs: number
}

export interface CarrierNews {
  readonly carrierCall: string
  /** Where it stands in what was signed: in the address, or in the carrier's own field for it. */
  readonly attempt?: AttemptId
  readonly account?: string
  readonly from?: string
  readonly to?: string
  readonly direction?: 'inbound' | 'outbound'
  readonly status?: LegStatus
  /** Rises over the news of one call, where the carrier counts; else absent, and the order of statuses counts. */
  readonly sequence?: number
  readonly answeredBy?: AnsweredBy
  /** `end` once the machine's greeting is over: a message may be left now. */
  readonly machine?: 'start' | 'end'
  readonly durationSeconds?: number
  /** Of a `dial` step that is over. */
  readonly dialled?: { readonly status: LegStatus; readonly durationSeconds?: number }
  readonly digits?: string
  /** Of the media stream. `over` is told by carriers without documents only as an event; others ask what is next. */
  readonly stream?: 'started' | 'over'
  /** Steps that were put off until what is over now: of carriers without documents. */
  readonly rest?: readonly CallStep[]
  /** The same news again has the same: what it was done for must not be done twice. */
  readonly id: string
  readonly fault?: { readonly code: string; readonly message: string }
}
