/**
 * What the gateway does with what carriers ask and tell, as the routes need it. Every request was signed by its carrier
 * before it comes here; it may come twice, late, out of order, and on another node than the one before. Who is asked for
 * steps gives the same ones again for the same news; what it throws becomes an apology in the caller's ear, never an
 * error page.
 */

import type { AttemptId, CallStep, Carrier, CarrierNews } from '@parley/calls'

export interface CarrierHost {
  /** Somebody rang; also asked again by carriers that did not get the answer. */
  incoming(event: CarrierEvent): Promise<readonly CallStep[]>
  /** An attempt of ours was answered. `event.attempt` is there. */
  answered(event: CarrierEvent): Promise<readonly CallStep[]>
  status(event: CarrierEvent): Promise<void>
  /** The carrier heard a machine, or a person. */
  machine(event: CarrierEvent): Promise<void>
  /** A media stream began, ended or failed. */
  stream(event: CarrierEvent): Promise<void>
  /** The media stream is over, by us or because its node died: what is next? Nothing hangs up. */
  streamOver(event: CarrierEvent): Promise<readonly CallStep[]>
  /** The other side of a `dial` or `conference` step is gone, or never came. */
  dialled(event: CarrierEvent): Promise<readonly CallStep[]>
  /** What the other side hears before it is joined; nothing joins. */
  whisper(event: CarrierEvent): Promise<readonly CallStep[]>
  /** Keys of a `gather` step, or none in time. */
  digits(event: CarrierEvent): Promise<readonly CallStep[]>
  /** What somebody hears who waits. */
  hold(event: CarrierEvent): Promise<readonly CallStep[]>
}

export interface CarrierEvent {
  readonly carrier: Carrier
  readonly news: CarrierNews
  /** Ours, from what was signed. */
  readonly attempt?: AttemptId
  /** The query of the address, where that is signed; empty otherwise. The first of a name counts. */
  readonly query: Readonly<Record<string, string>>
  /** Epoch ms. */
  readonly atMs: number
  /** Aborts when it is too late to answer: what comes later is to be undone. */
  readonly signal: AbortSignal
}

/** The last part of the addresses that carriers are given: `/v1/phone/{carrier}/{what}?attempt=…`. */
export const carrierErrands = [
  'answer',
  'status',
  'machine',
  'stream',
  'resume',
  'dialled',
  'whisper',
  'digits',
  'hold',
] as const
export type CarrierErrand = (typeof carrierErrands)[number]

/** `base` as PARLEY_PUBLIC_URL has it. */
export function carrierUrl(
  base: string,
  carrier: string,
  errand: CarrierErrand,
  query: Readonly<Record<string, string>> = {},
): string {
  const fields = new URLSearchParams(query).toString()
  return `${base.replace(/\/+$/, '')}/v1/phone/${carrier}/${errand}${fields === '' ? '' : `?${fields}`}`
}
