/** What the outside is told of a call that is done with. Ids follow from the call, so that letters made again are the same. */

import type { Json } from '@parley/core'
import { type Call, type CallOutcome, finalStatuses } from '../call.js'
import type { FinishedCall, NewLetter } from '../store/call-store.js'
import type { AfterPlan, LetterEvent } from './after-plan.js'

export interface LettersInput {
  readonly call: Call
  readonly outcome: CallOutcome
  readonly plan: AfterPlan
  readonly lead: FinishedCall['lead']
  /** Where the lead lives when not in this store (`supabase`). */
  readonly leadTarget: string | undefined
  /** Lines as in the prompt. */
  readonly transcript: string
  readonly atMs: number
}

/** Characters of transcript in one letter. */
export const LETTER_TRANSCRIPT = 200_000

export function writeLetters(input: LettersInput): readonly NewLetter[] {
  const { call, outcome, plan, lead, leadTarget, transcript, atMs } = input
  const own = { tenant: call.tenant, atMs }
  const events: readonly LetterEvent[] = [
    ...(finalStatuses.includes(call.status) ? [`call.${call.status}` as LetterEvent] : []),
    ...(lead === undefined ? [] : ['lead.changed' as const]),
  ]
  const letters: NewLetter[] = plan.webhooks.flatMap((webhook, index) =>
    events
      .filter(event => webhook.events.includes(event))
      .map(event => ({
        ...own,
        id: `${call.id}.${index}.${event}`,
        kind: 'webhook' as const,
        target: webhook.url,
        body: {
          event,
          tenant: call.tenant,
          agent: call.agent,
          atMs,
          ...(event === 'lead.changed'
            ? { lead: lead ?? null, call: call.id }
            : {
                call: callAsJson(call),
                outcome: outcomeAsJson(outcome),
                lead: lead ?? null,
                ...(webhook.transcript ? { transcript } : {}),
              }),
        } as Json,
      })),
  )
  if (lead !== undefined && leadTarget !== undefined)
    letters.push({
      ...own,
      id: `${call.id}.lead`,
      kind: 'lead',
      target: leadTarget,
      body: { ...lead, call: call.id } as Json,
    })
  return letters
}

function callAsJson(call: Call): Json {
  const { tenant: _tenant, version: _version, priority: _priority, notBeforeMs: _notBefore, ...told } = call
  return JSON.parse(JSON.stringify(told)) as Json
}

function outcomeAsJson({ call: _call, tenant: _tenant, ...told }: CallOutcome): Json {
  return JSON.parse(JSON.stringify(told)) as Json
}
