import type { Call } from '../call.js'
import { nextOpening } from './calling-hours.js'
import type { CallWorkerOptions } from './worker-options.js'
import { zonesOfNumber } from './zones-of-number.js'

/**
 * When a call may be made, by the clocks of its number: what decides inside a transaction has no time to read the lead. The
 * worker looks again by the lead's own clock before it dials.
 */
export function openingOf({ policyOf }: Pick<CallWorkerOptions, 'policyOf'>) {
  return (call: Call, fromMs: number, zone?: string): number | undefined => {
    const { hours } = policyOf(call)
    if (hours === undefined) return fromMs
    return nextOpening(hours, zone === undefined ? zonesOfNumber(call.to) : [zone], fromMs)
  }
}
