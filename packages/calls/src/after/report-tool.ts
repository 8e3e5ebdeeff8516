/**
 * What a model is asked about a call that is over, and how its answer is read. The answer is the arguments of one tool, whose
 * schema vendors force where they can; where they cannot, JSON in the text is read the same way. Nothing of the answer is
 * believed: lengths, times and the outcome are checked here, whatever the transcript talked the model into.
 */

import type { Json, ToolDefinition } from '@parley/core'
import { DateTime } from 'luxon'
import { z } from 'zod'
import type { AfterPlan } from './after-plan.js'
import type { FollowUp } from './summary.js'
import { plain } from './transcript-text.js'

export const REPORT_TOOL = 'report_call'

export function reportTool({ outcome, followUps, sentiment }: AfterPlan): ToolDefinition {
  const properties: Record<string, Json> = {
    summary: {
      type: 'string',
      description: 'What the call was about, what was agreed, and what is open: two to five plain sentences.',
    },
  }
  if (outcome !== undefined) properties.result = outcome.schema
  if (sentiment)
    properties.sentiment = {
      type: 'object',
      properties: {
        caller: { type: 'number', description: 'How the caller felt, from -1 (angry) to 1 (delighted).' },
        reasons: {
          type: 'array',
          items: { type: 'string' },
          description: 'Up to five, each with words said.',
        },
      },
      required: ['caller', 'reasons'],
      additionalProperties: false,
    }
  if (followUps)
    properties.followUps = {
      type: 'array',
      description: 'What somebody promised to do, or must do, after the call. Empty if nothing.',
      items: {
        type: 'object',
        properties: {
          what: { type: 'string' },
          due: { type: 'string', description: 'ISO 8601 with an offset; only if a time was named.' },
        },
        required: ['what'],
        additionalProperties: false,
      },
    }
  return {
    name: REPORT_TOOL,
    description: 'Files the report of the call. Called exactly once.',
    parameters: {
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    },
  }
}

export interface Report {
  readonly summary: string
  readonly result: unknown
  readonly sentiment: { readonly caller: number; readonly reasons: readonly string[] } | undefined
  readonly followUps: readonly FollowUp[]
}

const MAX_SUMMARY = 2_000
const MAX_FOLLOW_UPS = 10
const MAX_TEXT = 300
const YEAR_MS = 366 * 86_400_000

const reasons = z
  .array(z.string())
  .transform(list => list.slice(0, 6).map(reason => plain(reason).slice(0, MAX_TEXT)))
const line = z.string().transform(text => plain(text).slice(0, MAX_TEXT))

const shape = z.object({
  summary: z
    .string()
    .transform(text => plain(text).slice(0, MAX_SUMMARY))
    .refine(text => text !== '', 'is empty'),
  result: z.unknown(),
  sentiment: z
    .object({ caller: z.number().min(-1, 'must be from -1 to 1').max(1, 'must be from -1 to 1'), reasons })
    .optional(),
  followUps: z.array(z.object({ what: line, due: z.string().nullish() })).optional(),
})

export interface ReadingReport {
  readonly plan: AfterPlan
  /** When the call ended, epoch ms: nothing is due before, or a year after. */
  readonly endedAtMs: number
}

/** The report, or what is wrong with it. */
export function readReport(
  given: unknown,
  { plan, endedAtMs }: ReadingReport,
): { readonly report: Report } | { readonly report?: undefined; readonly problems: readonly string[] } {
  const wanted = plan.sentiment ? shape.required({ sentiment: true }) : shape
  const parsed = wanted.safeParse(given)
  if (!parsed.success)
    return {
      problems: parsed.error.issues
        .slice(0, 10)
        .map(({ path, message }) => `${path.map(String).join('.') || 'the report'}: ${message}`),
    }
  const { summary, result, sentiment, followUps = [] } = parsed.data
  return {
    report: {
      summary,
      result,
      sentiment: plan.sentiment ? sentiment : undefined,
      followUps: plan.followUps
        ? followUps
            .filter(({ what }) => what !== '')
            .slice(0, MAX_FOLLOW_UPS)
            .map(({ what, due }) => ({ what, ...dueOf(due, endedAtMs) }))
        : [],
    },
  }
}

function dueOf(due: string | null | undefined, endedAtMs: number): { readonly dueAtMs?: number } {
  if (due === null || due === undefined) return {}
  const dueAtMs = DateTime.fromISO(due.trim(), { zone: 'utc' }).toMillis()
  return dueAtMs >= endedAtMs && dueAtMs <= endedAtMs + YEAR_MS ? { dueAtMs } : {}
}

/** The object in a model's text: between fences or around it there may be words. Undefined if there is none. */
export function jsonIn(text: string): unknown {
  const from = text.indexOf('{')
  const to = text.lastIndexOf('}')
  if (from < 0 || to < from) return undefined
  try {
    return JSON.parse(text.slice(from, to + 1))
  } catch {
    return undefined
  }
}
