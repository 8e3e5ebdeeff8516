import type { Clock, ParleyError } from '@parley/core'
import type { AttemptId, Call, CarrierName } from '../call.js'
import type { Carrier } from '../carrier/carrier.js'
import type { JobQueue } from '../queue/job-queue.js'
import type { CallStore } from '../store/call-store.js'
import type { CallingHours } from './calling-hours.js'
import type { RetryPolicy } from './decide-after.js'
import type { DialLimits } from './dial-limits.js'

/** How a call is dialled, by its tenant, campaign and agent: the gateway's settings say. */
export interface DialPolicy {
  readonly carrier: CarrierName
  /** Any time without. */
  readonly hours?: CallingHours
  readonly retries: RetryPolicy
  /** False where the agent leaves messages: a machine is not called again then. True without. */
  readonly machineRetries?: boolean
  readonly limits: DialLimits
  readonly ringSeconds: number
  readonly maxSeconds: number
}

export interface CallAddresses {
  readonly answerUrl: string
  readonly statusUrl: string
  readonly machineUrl?: string
}

export interface CallWorkerOptions {
  readonly store: CallStore
  readonly queue: JobQueue
  readonly carriers: ReadonlyMap<CarrierName, Carrier>
  policyOf(call: Call): DialPolicy
  /** Where the carrier asks and tells; the attempt must stand in each. */
  addressesOf(attempt: AttemptId, call: Call): CallAddresses
  newAttemptId(): AttemptId
  readonly clock: Clock
  readonly epochMs: () => number
  readonly random: () => number
  readonly log: {
    info(facts: Readonly<Record<string, unknown>>, message: string): void
    warn(facts: Readonly<Record<string, unknown>>, message: string): void
  }
  warn(error: ParleyError): void
  readonly settings?: Partial<WorkerSettings>
}

export interface WorkerSettings {
  /** Calls looked at at the same time. */
  readonly concurrency: number
  readonly sweepMs: number
  /** Jobs that wait at most by the sweep's doing; other due calls stay rows until there is room. */
  readonly mostJobs: number
  /** Longest wait for the carrier to take a call. Well below `strandedMs`. */
  readonly dialMs: number
  /** An attempt whose fate nobody wrote down for so long is asked for at the carrier. */
  readonly strandedMs: number
  /** One of which the carrier told nothing for so long is asked for, too. */
  readonly silentMs: number
  /** An answered call without a media stream for so long is ended, to be tried again. */
  readonly streamlessMs: number
}

export const defaultWorkerSettings: WorkerSettings = {
  concurrency: 16,
  sweepMs: 5_000,
  mostJobs: 500,
  dialMs: 20_000,
  strandedMs: 60_000,
  silentMs: 90_000,
  streamlessMs: 45_000,
}
