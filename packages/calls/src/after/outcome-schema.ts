/**
 * Checks what is said to be the outcome of a call against its JSON Schema (2020-12, the part zod reads). Whoever wrote the
 * value, model or rules, what leaves here holds only fields that the schema names and values it allows.
 */

import type { Json } from '@parley/core'
import { z } from 'zod'

export interface OutcomeCheck {
  /** As a model is told: an object, closed. */
  readonly schema: { readonly [key: string]: Json }
  readonly fields: readonly string[]
  /** The parts that fit, and a sentence for each that does not or is missing. */
  check(value: unknown): CheckedOutcome
}

export interface CheckedOutcome {
  readonly result: { readonly [field: string]: Json }
  readonly problems: readonly string[]
}

/** Longest result, characters of JSON. */
const MAX_RESULT = 16_000
const MAX_PROBLEMS = 10

/** The check, or a sentence on why the schema cannot be used. */
export function outcomeCheck(given: { readonly [key: string]: Json }): OutcomeCheck | string {
  const properties = given.properties
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties))
    return 'needs "properties": the fields of the outcome'
  const fields = Object.keys(properties)
  if (fields.length === 0 || fields.length > 100) return 'must have from 1 to 100 properties'
  const schema = { ...given, additionalProperties: false }
  let whole: z.ZodType
  try {
    // The shapes of YAML's values are those of JSON, and what zod does not know it says so of.
    whole = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
  } catch (thrown) {
    return `is no JSON Schema that Parley can check: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  }
  return { schema, fields, check: value => check(whole, fields, value) }
}

function check(whole: z.ZodType, fields: readonly string[], value: unknown): CheckedOutcome {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { result: {}, problems: ['the outcome is no object'] }
  // A null says "not known" where a schema wants another kind of value: models write it for what was not said.
  let left = Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined))
  const problems: string[] = []
  // Each round takes out the fields that do not fit; what needs another field may then not fit either.
  for (let round = 0; round <= fields.length + 1; round++) {
    const parsed = whole.safeParse(left)
    if (parsed.success) return bounded(parsed.data as { readonly [field: string]: Json }, problems)
    const bad = new Set<string>()
    for (const issue of parsed.error.issues) {
      for (const name of issue.code === 'unrecognized_keys' && issue.path.length === 0
        ? issue.keys
        : [String(issue.path[0])])
        bad.add(name)
      if (isNull(issue, left)) continue
      note(problems, problemOf(issue, left))
    }
    const kept = Object.fromEntries(Object.entries(left).filter(([name]) => !bad.has(name)))
    if (Object.keys(kept).length === Object.keys(left).length)
      return bounded(kept as { readonly [field: string]: Json }, problems)
    left = kept
  }
  return { result: {}, problems }
}

function isNull(issue: z.core.$ZodIssue, left: Readonly<Record<string, unknown>>): boolean {
  return issue.path.length === 1 && left[String(issue.path[0])] === null
}

function problemOf(issue: z.core.$ZodIssue, left: Readonly<Record<string, unknown>>): string {
  // Names that somebody made up are not repeated: they may hold anything.
  if (issue.code === 'unrecognized_keys') return 'the outcome has fields that the schema does not name'
  const [name] = issue.path
  if (name === undefined) return `the outcome does not fit: ${issue.message}`
  if (!Object.hasOwn(left, String(name))) return `"${String(name)}" is not known`
  return `"${issue.path.map(String).join('.')}" does not fit: ${issue.message}`
}

function note(problems: string[], problem: string): void {
  if (problems.length < MAX_PROBLEMS && !problems.includes(problem)) problems.push(problem.slice(0, 300))
}

function bounded(result: { readonly [field: string]: Json }, problems: readonly string[]): CheckedOutcome {
  if (JSON.stringify(result).length <= MAX_RESULT) return { result, problems }
  return { result: {}, problems: [...problems, `the outcome is longer than ${MAX_RESULT} characters`] }
}
