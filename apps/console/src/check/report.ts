/** What was found, for whoever helps: no token, no address of anybody, no sound. */
import type { CheckState } from './run-check.js'

export interface ReportFacts {
  readonly epochMs: number
  readonly origin: string
  readonly userAgent: string
}

export function reportOf(
  { steps, heardTone }: CheckState,
  { epochMs, origin, userAgent }: ReportFacts,
): string {
  const found = steps.map(({ name, state, outcome, tookMs }) => ({
    step: name,
    state,
    ...(outcome === undefined ? {} : { fact: outcome.fact, ...outcome.values }),
    ...(tookMs === undefined ? {} : { tookMs }),
  }))
  const at = new Date(epochMs).toISOString()
  return JSON.stringify(
    { at, gateway: origin, userAgent, heardTone: heardTone ?? null, steps: found },
    null,
    2,
  )
}
