/** What the API of calls is made of, and what its routes share. */

import type { CallDetail, CallStore, CallWorker, CarrierName } from '@parley/calls'
import { type Clock, type Ids, ParleyError } from '@parley/core'
import type { RecordingShelf, Store } from '@parley/platform'
import type { FastifyRequest } from 'fastify'
import type { Config } from '../../config/settings.js'
import type { AgentCatalogue } from '../../gateway/agent-catalogue.js'
import type { Guard } from '../../http/guard.js'
import { problemSchema } from '../../http/session-schemas.js'
import type { Log } from '../../log/log.js'
import type { CallDesk } from '../call-desk.js'
import type { PhoneNumbers } from '../phone-numbers.js'
import type { CallFeed } from './call-feed.js'

export interface CallApiParts {
  readonly store: CallStore
  /** Who dials, and ends what was dialled. */
  readonly worker: Pick<CallWorker, 'wake' | 'cancel'>
  readonly desk: Pick<CallDesk, 'live' | 'end' | 'away' | 'comeBack'>
  readonly agents: AgentCatalogue
  readonly numbers: PhoneNumbers
  readonly guard: Guard
  readonly ids: Ids
  readonly epochMs: () => number
  readonly clock: Clock
  readonly config: Pick<Config, 'callCountry' | 'recordCalls'>
  /** Who carries calls that are dialled. */
  readonly carrier: CarrierName | 'none'
  readonly feed: CallFeed
  readonly sessions: Pick<Store, 'readSession' | 'readEvents'>
  /** Absent where this gateway keeps none. */
  readonly recordings?: Pick<RecordingShelf, 'list' | 'open' | 'remove'>
  readonly log: Log
}

export const problems = {
  400: problemSchema,
  401: problemSchema,
  403: problemSchema,
  404: problemSchema,
  409: problemSchema,
  413: problemSchema,
  429: problemSchema,
  503: problemSchema,
}

/** What all routes say of themselves. */
export function about(tag: 'calls' | 'leads' | 'campaigns' | 'people' | 'letters', summary: string) {
  return { summary, tags: [tag], security: [{ token: [] }] }
}

/** Longest body of JSON, bytes. */
export const BODY_BYTES = 65_536

type Scoped = 'calls:read' | 'calls:write'

/** The call of the one who asks. @throws ParleyError `not_found`, also for another tenant's */
export async function callAndAsker(
  { store, guard }: Pick<CallApiParts, 'store' | 'guard'>,
  request: FastifyRequest,
  scope: Scoped,
): Promise<{ readonly call: CallDetail; readonly subject: string }> {
  const { tenant, subject } = await guard(request, scope)
  const { id } = request.params as { readonly id: string }
  const call = await store.readCall({ tenant, id: id as CallDetail['id'] })
  if (call !== undefined) return { call, subject }
  throw new ParleyError('not_found', 'There is no such call.')
}

/** As `callAndAsker`. */
export async function callOf(
  parts: Pick<CallApiParts, 'store' | 'guard'>,
  request: FastifyRequest,
  scope: Scoped,
): Promise<CallDetail> {
  return (await callAndAsker(parts, request, scope)).call
}
