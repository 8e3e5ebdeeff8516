/**
 * `phone.after` of an agent's file: what is done with a call once it is over. Everything has a default, so an agent
 * without the section gets a summary by rules, talk statistics, and no letters.
 *
 * ```yaml
 * after:
 *   llm: [{ provider: openai, model: … }]
 *   outcome: { interest: [yes, no, later], day: { is: text, about: day of the visit } }
 *   leadStatus:
 *     - { when: { interest: yes }, is: interested }
 *     - { call: unreached, is: not-reached }
 *   webhooks: [{ url: https://crm.example/parley, secret: "${CRM_SECRET}" }]
 * ```
 */

import type { Json } from '@parley/core'
import { z } from 'zod'
import { finalStatuses } from '../call.js'
import { fieldsFault, schemaOfFields } from './outcome-fields.js'
import { type OutcomeCheck, outcomeCheck } from './outcome-schema.js'

/** What the outside can be told of a call; the first four once for each call, by how it ended. */
export const letterEvents = [
  'call.completed',
  'call.unreached',
  'call.failed',
  'call.cancelled',
  'lead.changed',
] as const
export type LetterEvent = (typeof letterEvents)[number]

export interface AfterPlan {
  /** The summary's model as the file names it, for the integrator to make; undefined: the extract without a model. */
  readonly llm: Json | undefined
  /** What else the model is told: what matters in this house. */
  readonly instructions: string | undefined
  /** Language of summary and follow-ups, BCP 47; that of the call without. */
  readonly language: string | undefined
  /** Undefined where no outcome is wanted. */
  readonly outcome: OutcomeCheck | undefined
  /** Field of the outcome by the slot of a scripted agent that fills it; a slot of the same name needs no entry. */
  readonly slots: Readonly<Record<string, string>>
  /** The first that fits counts. */
  readonly leadStatus: readonly LeadRule[]
  readonly followUps: boolean
  readonly sentiment: boolean
  readonly webhooks: readonly Webhook[]
  /** For the whole answer of the model, ms. */
  readonly timeoutMs: number
}

/** All that is named must hold; a rule that names nothing always fits. */
export interface LeadRule {
  readonly when: Readonly<Record<string, readonly Json[]>>
  readonly call: readonly string[]
  readonly answeredBy: readonly string[]
  readonly is: string
  /** Puts the number on the list of those not to be called. */
  readonly doNotCall: boolean
}

export interface Webhook {
  /** May hold `${NAME}`. */
  readonly url: string
  /** `${NAME}` of the variable with the secret. */
  readonly secret: string
  readonly events: readonly LetterEvent[]
  /** Whether the transcript goes along. */
  readonly transcript: boolean
}

const text = z.string().trim().min(1, 'is empty; write something or leave it out')
const list = (value: unknown): unknown => (value === undefined || Array.isArray(value) ? value : [value])
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const scalars = z.preprocess(list, z.array(scalar).min(1).max(50))
const status = z.string().regex(/^[\p{L}\d_-]{1,40}$/u, 'must be 1–40 letters, digits, "-" or "_"')

const leadRule = z.strictObject({
  when: z.record(z.string(), scalars).exactOptional(),
  call: z
    .preprocess(list, z.array(z.enum(finalStatuses as readonly [string, ...string[]])).min(1))
    .exactOptional(),
  answeredBy: z
    .preprocess(list, z.array(z.enum(['human', 'machine', 'fax', 'unknown'])).min(1))
    .exactOptional(),
  is: status,
  doNotCall: z.boolean().exactOptional(),
})

/** Where the file says nothing of leads; an empty list leaves them as they are. */
const usualLeadStatus: readonly z.output<typeof leadRule>[] = [
  { answeredBy: ['machine'], is: 'voicemail' },
  { call: ['completed'], is: 'contacted' },
  { call: ['unreached'], is: 'not-reached' },
]

const secretName = /^\$\{[A-Za-z_]\w*\}$/

const webhook = z.strictObject({
  url: text.regex(
    /^(https?:\/\/|\$\{[A-Za-z_]\w*\})/,
    `must begin with https://, or be a \${NAME} that does`,
  ),
  secret: text.regex(secretName, `must be \${NAME}: the variable that holds it, never the secret itself`),
  events: z.preprocess(list, z.array(z.enum(letterEvents)).min(1)).exactOptional(),
  transcript: z.boolean().exactOptional(),
})

/** An entry as in the agent's own slots; the registry of providers knows what else may stand in it. */
const entry = z.union([text, z.looseObject({ provider: text })])

export const afterPlanShape = z.strictObject({
  llm: z.union([entry, z.array(entry).min(1).max(8)]).exactOptional(),
  instructions: text.max(4_000).exactOptional(),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en or es-MX')
    .exactOptional(),
  outcome: z
    .record(z.string(), z.unknown())
    .superRefine((given, context) => {
      const fault = checkOf(given)
      if (typeof fault === 'string') context.addIssue({ code: 'custom', message: fault })
    })
    .exactOptional(),
  slots: z.record(z.string(), text).exactOptional(),
  leadStatus: z.array(leadRule).max(50).exactOptional(),
  followUps: z.boolean().exactOptional(),
  sentiment: z.boolean().exactOptional(),
  webhooks: z.array(webhook).max(8, 'has more than 8; let one of them tell the others').exactOptional(),
  timeoutMs: z
    .int()
    .min(1_000, 'must be from 1000 to 300000 ms')
    .max(300_000, 'must be from 1000 to 300000 ms')
    .exactOptional(),
})

export interface AfterPlanProblem {
  /** From `after` on. */
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** The plan, or what is wrong with it, each with its place. Undefined gives the defaults. */
export function readAfterPlan(
  given: unknown,
):
  | { readonly plan: AfterPlan; readonly problems?: undefined }
  | { readonly plan?: undefined; readonly problems: readonly AfterPlanProblem[] } {
  const parsed = afterPlanShape.safeParse(given ?? {})
  if (!parsed.success)
    return { problems: parsed.error.issues.map(({ path, message }) => ({ path, message })) }
  const file = parsed.data
  const checked = file.outcome === undefined ? undefined : checkOf(file.outcome)
  const outcome = typeof checked === 'string' ? undefined : checked
  const plan: AfterPlan = {
    llm: file.llm as Json | undefined,
    instructions: file.instructions,
    language: file.language,
    outcome,
    slots: file.slots ?? {},
    leadStatus: (file.leadStatus ?? usualLeadStatus).map(({ when, call, answeredBy, is, doNotCall }) => ({
      when: when ?? {},
      call: call ?? [],
      answeredBy: answeredBy ?? [],
      is,
      doNotCall: doNotCall ?? false,
    })),
    followUps: file.followUps ?? true,
    sentiment: file.sentiment ?? true,
    webhooks: (file.webhooks ?? []).map(({ url, secret, events, transcript }) => ({
      url,
      secret,
      events: events ?? letterEvents,
      transcript: transcript ?? false,
    })),
    timeoutMs: file.timeoutMs ?? 60_000,
  }
  const problems = planFaults(plan)
  return problems.length === 0 ? { plan } : { problems }
}

/** What holds only between keys. */
function planFaults({ outcome, leadStatus, slots }: AfterPlan): readonly AfterPlanProblem[] {
  const fields = outcome?.fields ?? []
  const unknown = (field: string) =>
    `"${field}" is no field of the outcome; known here: ${fields.join(', ') || 'none'}`
  return [
    ...leadStatus.flatMap(({ when }, index) =>
      Object.keys(when)
        .filter(field => !fields.includes(field))
        .map(field => ({ path: ['leadStatus', index, 'when', field], message: unknown(field) })),
    ),
    ...Object.keys(slots)
      .filter(field => !fields.includes(field))
      .map(field => ({ path: ['slots', field], message: unknown(field) })),
  ]
}

/** `{ type: object, … }` is JSON Schema, anything else a list of fields. */
function checkOf(given: Readonly<Record<string, unknown>>): OutcomeCheck | string {
  if (given.type === 'object') return outcomeCheck(given as { readonly [key: string]: Json })
  return fieldsFault(given) ?? outcomeCheck(schemaOfFields(given))
}

/** What an agent without `phone.after` gets. */
export const defaultAfterPlan: AfterPlan = (() => {
  const { plan } = readAfterPlan({})
  if (plan === undefined) throw new TypeError('the empty plan has no problems')
  return plan
})()
