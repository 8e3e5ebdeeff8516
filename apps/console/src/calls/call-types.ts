/** Phone calls as the gateway's API tells them, as far as this page shows them. */

export const callStatuses = [
  'scheduled',
  'queued',
  'dialling',
  'in-progress',
  'completed',
  'unreached',
  'failed',
  'cancelled',
] as const
export type CallStatus = (typeof callStatuses)[number]

export function isOver(status: CallStatus): boolean {
  return ['completed', 'unreached', 'failed', 'cancelled'].includes(status)
}

export interface CallRow {
  readonly id: string
  readonly direction: 'inbound' | 'outbound'
  readonly from: string
  readonly to: string
  readonly agent: string
  readonly lead?: string
  readonly status: CallStatus
  readonly answeredBy?: 'human' | 'machine' | 'fax' | 'unknown'
  /** Why it stands as it does, for people. */
  readonly reason?: string
  readonly attempts: number
  readonly maxAttempts: number
  /** Milliseconds since 1970, as all moments here. */
  readonly createdAtMs: number
  readonly notBeforeMs: number
  readonly answeredAtMs?: number
  readonly endedAtMs?: number
  readonly talkedSeconds?: number
  /** Millionths of the currency of the price list. */
  readonly costMicros: number
  readonly record: boolean
}

export interface CallPage {
  readonly calls: readonly CallRow[]
  readonly next?: string
}

export interface CallLeg {
  readonly id: string
  readonly number: number
  readonly carrier: string
  readonly status?: string
  readonly sessions: readonly string[]
  readonly intendedAtMs: number
  readonly durationSeconds?: number
}

export interface CallLine {
  readonly who: 'caller' | 'agent' | 'event'
  readonly text: string
  readonly startMs: number
  readonly interrupted?: true
}

export interface CallDetail extends CallRow {
  readonly facts: Readonly<Record<string, unknown>>
  readonly legs: readonly CallLeg[]
  readonly outcome?: {
    readonly summary: string
    readonly result: unknown
    readonly problems: readonly string[]
    readonly sentiment: { readonly caller: number; readonly reasons: readonly string[] }
    readonly followUps: readonly { readonly what: string; readonly dueAtMs?: number }[]
    readonly by: string
  }
  readonly transcript?: { readonly lines: readonly CallLine[]; readonly truncated: boolean }
}
