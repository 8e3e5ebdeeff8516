import type { ErrorCode } from '@parley/core'
import type { SimFault, SimFaultKind, SimStage } from '@parley/sim'

/** A fault with the codes that may come of it, wherever it strikes. */
export interface FaultCase {
  readonly fault: SimFault
  readonly codes: readonly ErrorCode[]
}

const codesOf: Readonly<Record<Exclude<SimFaultKind, 'drip'>, readonly ErrorCode[]>> = {
  refuse: ['provider_unreachable', 'provider_failed'],
  hang: ['timeout'],
  drop: ['provider_failed', 'provider_unreachable'],
  garbage: ['provider_failed', 'provider_unreachable'],
  limited: ['provider_limited'],
  failing: ['provider_failed', 'provider_overloaded'],
  unauthorised: ['provider_refused'],
  close: ['provider_failed', 'provider_unreachable', 'provider_rejected'],
  expired: ['provider_failed', 'provider_rejected', 'timeout', 'provider_limited'],
}

/** Every fault at these stages, once, but for `drip`, which is slow and no fault. */
export function faultsAt(...stages: readonly SimStage[]): FaultCase[] {
  return stages.flatMap(stage =>
    (Object.keys(codesOf) as (keyof typeof codesOf)[]).map(kind => ({
      fault: { kind, stage, times: 1, ...(kind === 'limited' ? { retryAfterMs: 2_000 } : {}) },
      codes: codesOf[kind],
    })),
  )
}
