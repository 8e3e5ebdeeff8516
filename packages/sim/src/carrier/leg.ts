/** One leg of a call at the simulated carrier, and the facts of it that others may read. */

import type { LINE_FRAME, Party } from './party.js'

export const simStatuses = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
] as const
export type SimStatus = (typeof simStatuses)[number]

export function isOver(status: SimStatus): boolean {
  return !['queued', 'initiated', 'ringing', 'in-progress'].includes(status)
}

/** What happened in a call, in order, for tests and for people. */
export interface SimCallEvent {
  /** The carrier's clock, ms. */
  readonly atMs: number
  /** `status`, `fetch`, `say`, `play`, `stream`, `gather`, `key`, `mark`, `clear`, `dial`, `conference`, `error`, … */
  readonly kind: string
  readonly text: string
}

/** A call as tests see it. */
export interface SimCall {
  readonly sid: string
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial'
  readonly from: string
  readonly to: string
  readonly parent: string | undefined
  readonly status: SimStatus
  readonly answeredBy: string | undefined
  /** Epoch ms. */
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly startedAtMs: number | undefined
  readonly answeredAtMs: number | undefined
  readonly endedAtMs: number | undefined
  readonly events: readonly SimCallEvent[]
  /** What the ear of this phone heard, a frame of 20 ms each, the newest minute (`keepHeardMs`). */
  readonly heard: readonly Int16Array[]
}

/** What a leg is joined to. Without `exchange` it has a beat of its own, as a media stream has. */
export interface Circuit {
  /** Takes 20 ms of the phone's mouth, gives as much for its ear; undefined is silence. */
  exchange?(mouth: Int16Array | undefined): Int16Array | undefined
  key?(digit: string): void
}

export interface Instructions {
  readonly url?: string | undefined
  readonly method?: string | undefined
  readonly fallbackUrl?: string | undefined
  readonly fallbackMethod?: string | undefined
  readonly document?: string | undefined
}

export interface CallbackPlan {
  readonly url: string
  readonly method: string
  /** `initiated`, `ringing`, `answered`, `completed`. */
  readonly events: readonly string[]
}

export interface MachineDetection {
  readonly mode: 'Enable' | 'DetectMessageEnd'
  readonly timeoutMs: number
  readonly asyncUrl?: string | undefined
  readonly asyncMethod?: string | undefined
}

/** The carrier's own side of it. */
export interface Leg extends SimCall {
  status: SimStatus
  answeredBy: string | undefined
  updatedAtMs: number
  startedAtMs: number | undefined
  answeredAtMs: number | undefined
  endedAtMs: number | undefined
  readonly events: SimCallEvent[]
  readonly heard: Int16Array[]
  readonly party: Party
  readonly instructions: Instructions
  readonly callbacks: CallbackPlan | undefined
  readonly machineDetection: MachineDetection | undefined
  /** ms. */
  readonly ringMs: number
  readonly limitMs: number
  circuit: Circuit
  /** Ends what the leg does now; replaced where it is told to do something else. */
  program: AbortController
  /** Aborts when the leg is over. */
  readonly gone: AbortController
  /** Rises with each status callback. */
  sequence: number
  sipCode: number
}

export type Frame = Int16Array & { readonly length: typeof LINE_FRAME }
