import { callStatuses, carrierNames, legStatuses } from '@parley/calls'
import { z } from 'zod'

/** What the API of calls takes and answers, as schemas: the source of `/openapi.json`. */

export const epochMs = z.number().meta({ description: 'Milliseconds since 1970.' })
const answeredBy = z.enum(['human', 'machine', 'fax', 'unknown'])
export const fields = z.record(z.string().max(200), z.json())
/** As they are stored: what another way brought in may have longer names. */
export const storedFields = z.record(z.string(), z.json())
export const name = z.string().trim().min(1).max(200)
export const phone = z.string().max(50).meta({
  description: 'As people write it; without a country it is of PARLEY_PHONE_COUNTRY.',
  example: '+15551234567',
})
export const idParams = z.object({ id: z.string().min(1).max(200) })
export const page = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.string().max(400).optional().meta({ description: '`next` of the page before.' }),
}
export const next = z
  .string()
  .optional()
  .meta({ description: 'Give it as `before` for the next page; absent on the last.' })

/** The key of a request: the same again makes nothing more. */
export const requestKey = z.string().min(1).max(200)

export const newCallSchema = z.strictObject({
  to: phone.optional().meta({ description: 'Who is called; that of the lead without.' }),
  from: phone.optional().meta({ description: 'Whose number is shown: one of the tenant’s own.' }),
  agent: name.optional(),
  language: z.string().min(2).max(35).optional().meta({ description: 'BCP 47.' }),
  lead: name.optional(),
  campaign: name.optional(),
  facts: fields.optional().meta({
    description: 'What the agent is told: data, no instructions. 16 KiB at most, with those of the lead.',
  }),
  priority: z.int().min(1).max(1000).default(100).meta({ description: '1 is first.' }),
  notBefore: z
    .union([z.int().min(0), z.iso.datetime({ offset: true })])
    .optional()
    .meta({ description: 'Milliseconds since 1970, or a date with its zone. At most a year ahead.' }),
  maxAttempts: z.int().min(1).max(20).optional(),
  record: z.boolean().optional(),
  key: requestKey.optional().meta({
    description: 'Made up by you: the same again gives the call made then. Or the header `Idempotency-Key`.',
  }),
})

export const callSchema = z.object({
  tenant: z.string(),
  id: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  from: z.string(),
  to: z.string(),
  agent: z.string(),
  language: z.string().optional(),
  lead: z.string().optional(),
  campaign: z.string().optional(),
  status: z.enum(callStatuses),
  priority: z.int(),
  notBeforeMs: epochMs,
  attempts: z.int(),
  maxAttempts: z.int(),
  answeredBy: answeredBy.optional(),
  reason: z.string().optional().meta({ description: 'Why it stands as it does, for people.' }),
  facts: storedFields,
  record: z.boolean(),
  createdAtMs: epochMs,
  answeredAtMs: epochMs.optional(),
  endedAtMs: epochMs.optional(),
  talkedSeconds: z.number().optional(),
  costMicros: z.number().meta({ description: 'Millionths of the currency of the price list.' }),
  version: z.int(),
})

const legSchema = z.object({
  id: z.string(),
  number: z.int(),
  carrier: z.enum(carrierNames),
  state: z.enum(['intended', 'placed', 'ended']),
  carrierCall: z.string().optional(),
  status: z.enum(legStatuses).optional(),
  answeredBy: answeredBy.optional(),
  sessions: z.array(z.string()),
  intendedAtMs: epochMs,
  answeredAtMs: epochMs.optional(),
  endedAtMs: epochMs.optional(),
  durationSeconds: z.number().optional(),
})

const outcomeSchema = z.object({
  summary: z.string(),
  result: z.json().meta({ description: 'By the schema that the agent’s file gives.' }),
  problems: z.array(z.string()),
  sentiment: z.object({ caller: z.number(), reasons: z.array(z.string()) }),
  statistics: z.json(),
  followUps: z.array(z.object({ what: z.string(), dueAtMs: epochMs.optional() })),
  by: z.string(),
  madeAtMs: epochMs,
})

const transcriptSchema = z.object({
  lines: z.array(
    z.object({
      who: z.enum(['caller', 'agent', 'event']),
      text: z.string().meta({ description: 'Of the agent only what was heard.' }),
      startMs: epochMs,
      endMs: epochMs,
      interrupted: z.literal(true).optional(),
      session: z.string().optional(),
    }),
  ),
  sessions: z.array(
    z.object({
      id: z.string(),
      language: z.string(),
      startedAtMs: epochMs,
      endedAtMs: epochMs.optional(),
    }),
  ),
  truncated: z.boolean(),
})

export const callDetailSchema = callSchema.extend({
  legs: z.array(legSchema),
  outcome: outcomeSchema.optional(),
  transcript: transcriptSchema.optional(),
})

export const callPageSchema = z.object({ calls: z.array(callSchema), next })
