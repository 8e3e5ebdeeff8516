/**
 * When a simulated vendor gives its next output, and whether it does: the delays of its behaviour and its faults, for
 * one answer. A server asks before each output and does what it is told, in its own protocol.
 */

import type { Clock } from '@parley/core'
import type { SimBehaviour, SimFault, SimStage } from './vendor-sim.js'

export interface SimPace {
  /**
   * Waits until the next output is due. Resolves with the fault that strikes instead of it, if one does: `hang` never
   * resolves before `signal` aborts, `drip` is only a long wait. Undefined: go on.
   */
  next(signal: AbortSignal): Promise<SimFault | undefined>
}

export interface SimTemper {
  behaviour: SimBehaviour
  /** The fault that strikes at this stage now, if any; it counts as one of its times. */
  strike(stage: SimStage): SimFault | undefined
  /** The pace of one answer. */
  pace(): SimPace
}

const DRIP_MS = 2_000

export function simTemper(clock: Clock, random: () => number): SimTemper {
  let behaviour: SimBehaviour = { firstMs: 0, everyMs: 0, jitterMs: 0, fault: undefined }
  let struck = 0

  function strike(stage: SimStage): SimFault | undefined {
    const { fault } = behaviour
    if (fault === undefined || fault.stage !== stage || struck >= (fault.times ?? Number.POSITIVE_INFINITY))
      return undefined
    struck++
    return fault
  }

  function wait(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const done = () => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = clock.after(ms, done)
      signal.addEventListener('abort', done)
    })
  }

  return {
    get behaviour() {
      return behaviour
    },
    set behaviour(changed) {
      if (changed.fault !== behaviour.fault) struck = 0
      behaviour = changed
    },
    strike,
    pace() {
      let given = 0
      let dripping = false
      return {
        async next(signal) {
          const { firstMs, everyMs, jitterMs, fault } = behaviour
          const beforeMs = (given === 0 ? firstMs : everyMs) + random() * jitterMs
          await wait(dripping ? DRIP_MS : beforeMs, signal)
          const isDue =
            (given === 0 && fault?.stage === 'first') ||
            (fault?.stage === 'middle' && given === (fault.after ?? 1))
          given++
          const struckBy = isDue && fault !== undefined ? strike(fault.stage) : undefined
          if (struckBy?.kind === 'hang') await new Promise<void>(resolve => onAbort(signal, resolve))
          if (struckBy?.kind !== 'drip') return struckBy
          dripping = true
          await wait(DRIP_MS, signal)
          return undefined
        },
      }
    },
  }
}

function onAbort(signal: AbortSignal, run: () => void): void {
  if (signal.aborted) run()
  else signal.addEventListener('abort', run, { once: true })
}
