/**
 * Where leads live when they do not live in Parley's own database. A change comes from a letter of the outbox, which may be
 * sent twice and late: the book applies each once, and an older one never over a newer.
 */

import type { Json } from '@parley/core'
import type { CallId } from '../call.js'

export interface LeadBook {
  /** Undefined for one that is not there, or that the key may not see. @throws as `apply` */
  read(who: LeadWho, signal: AbortSignal): Promise<BookLead | undefined>
  /**
   * @throws ParleyError `bad_config` (table, column or address; the message names it), `provider_refused` (key),
   *   `provider_rejected` (a value that the table does not take), or, retryable, `provider_limited`, `provider_failed`,
   *   `provider_unreachable`
   */
  apply(change: LeadChange, signal: AbortSignal): Promise<LeadApplied>
}

/** By its id there, or by its number in E.164. */
export type LeadWho = { readonly id: string } | { readonly phone: string }

export interface BookLead {
  readonly id: string
  readonly phone: string
  readonly name?: string
  readonly status?: string
  readonly lastCall?: string
}

/** The body of letters of the kind `lead`. */
export interface LeadChange {
  readonly call: CallId
  readonly who: LeadWho
  readonly status: string
  /** Those that the book has columns for are written. */
  readonly fields: { readonly [name: string]: Json }
  /** When the outcome was made, epoch ms: the newest change wins. */
  readonly atMs: number
}

/** `known`: it was applied before, or a newer one was. `missing`: there is no such lead. */
export type LeadApplied = 'written' | 'known' | 'missing'
