/**
 * One-use tokens that let a carrier's media stream in: they stand in a `<Parameter>` that whoever reads the document can
 * read, so they live for 30 s and work once, on whichever node the stream comes to.
 */

import type { SessionId } from '@parley/core'
import type { AttemptId, CallId, CarrierName } from '../call.js'

export interface StreamTickets {
  /** 43 characters of base64url. @throws ParleyError `store_unavailable` (retryable) */
  issue(ticket: StreamTicket): Promise<string>
  /** Undefined for one that is unknown, used or over. @throws ParleyError `store_unavailable` (retryable) */
  redeem(token: string): Promise<StreamTicket | undefined>
}

export interface StreamTicket {
  readonly tenant: string
  readonly call: CallId
  readonly attempt: AttemptId
  readonly carrier: CarrierName
  readonly carrierCall: string
  readonly agent: string
  /** BCP 47. */
  readonly language?: string
  /** The conversation that this stream goes on with. */
  readonly resumes?: SessionId
}

export const STREAM_TICKET_MS = 30_000
