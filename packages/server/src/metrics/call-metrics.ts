/** Phone calls in numbers: how many, how they ended, how long they were, what waits to be told. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export interface CallMetrics {
  began(direction: 'inbound' | 'outbound'): void
  /** `seconds` that were talked, where somebody answered. */
  ended(status: string, seconds: number | undefined): void
  machine(answeredBy: string): void
  refused(carrier: string): void
  letter(kind: string, outcome: string): void
  finished(by: string): void
}

const DURATION_BUCKETS = [5, 15, 30, 60, 120, 180, 300, 600, 1_200, 3_600]

export function createCallMetrics(registry: Registry, active: () => number): CallMetrics {
  const registers = [registry]
  new Gauge({
    name: 'parley_calls_active',
    help: 'Phone calls that are talked in now, on this node',
    registers,
    collect() {
      this.set(active())
    },
  })
  const began = new Counter({
    name: 'parley_calls_begun_total',
    help: 'Phone calls that came in, and attempts at calling somebody',
    labelNames: ['direction'],
    registers,
  })
  const ended = new Counter({
    name: 'parley_calls_total',
    help: 'Attempts at phone calls that are over, by how they ended; the rate of errors is failed by all',
    labelNames: ['status'],
    registers,
  })
  for (const status of ['completed', 'busy', 'no-answer', 'failed', 'canceled']) ended.inc({ status }, 0)
  for (const direction of ['inbound', 'outbound']) began.inc({ direction }, 0)
  const duration = new Histogram({
    name: 'parley_call_duration_seconds',
    help: 'Time talked in phone calls that were answered; the mean is sum by count',
    buckets: DURATION_BUCKETS,
    registers,
  })
  const machines = new Counter({
    name: 'parley_calls_answered_by_total',
    help: 'Who took calls, as far as was heard',
    labelNames: ['who'],
    registers,
  })
  const refused = new Counter({
    name: 'parley_carrier_requests_refused_total',
    help: 'Requests that came in the name of a carrier and were not signed by it',
    labelNames: ['carrier'],
    registers,
  })
  const letters = new Counter({
    name: 'parley_letters_total',
    help: 'Messages to webhooks and to lead tables elsewhere, by what became of a try',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  const finished = new Counter({
    name: 'parley_calls_summed_up_total',
    help: 'Calls whose outcome was written, by who made the summary',
    labelNames: ['by'],
    registers,
  })
  return {
    began: direction => began.inc({ direction }),
    ended(status, seconds) {
      ended.inc({ status })
      if (seconds !== undefined) duration.observe(seconds)
    },
    machine: who => machines.inc({ who }),
    refused: carrier => refused.inc({ carrier }),
    letter: (kind, outcome) => letters.inc({ kind, outcome }),
    finished: by => finished.inc({ by }),
  }
}
