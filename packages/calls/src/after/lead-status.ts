/** Which status a call gives its lead. Reads only the checked outcome and the row of the call, so a transcript cannot name one. */

import type { Json } from '@parley/core'
import type { Call } from '../call.js'
import type { LeadRule } from './after-plan.js'

/** The first rule that fits; undefined if none does: the lead stays as it is. */
export function leadRuleFor(
  rules: readonly LeadRule[],
  call: Pick<Call, 'status' | 'answeredBy'>,
  result: Json,
): LeadRule | undefined {
  return rules.find(rule => fits(rule, call, result))
}

function fits(
  { when, call: statuses, answeredBy }: LeadRule,
  call: Pick<Call, 'status' | 'answeredBy'>,
  result: Json,
) {
  if (statuses.length > 0 && !statuses.includes(call.status)) return false
  if (answeredBy.length > 0 && !answeredBy.includes(call.answeredBy ?? 'unknown')) return false
  const fields = typeof result === 'object' && result !== null && !Array.isArray(result) ? result : {}
  return Object.entries(when).every(([field, values]) => {
    const value = Object.hasOwn(fields, field)
      ? (fields as { readonly [key: string]: Json })[field]
      : undefined
    return value !== undefined && values.includes(value)
  })
}
