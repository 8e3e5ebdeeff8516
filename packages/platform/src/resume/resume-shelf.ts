import type { SessionId } from '@parley/core'

/** One conversation as it stands. */
export interface ShelfRow {
  readonly tenant: string
  readonly session: SessionId
  /** JSON. */
  readonly body: string
  /** How long it stays, ms. */
  readonly forMs: number
}

export interface ShelfTake {
  readonly tenant: string
  readonly session: SessionId
  /** The node that takes it. */
  readonly by: string
  /** One that was taken may be taken again if its taker has put nothing for this long, ms. */
  readonly againAfterMs: number
}

/**
 * Where snapshots stand between nodes. Every row belongs to the node that put it first, until another takes it; only its
 * owner puts and drops it. Rows end by themselves. One conformance suite, `resume-registry.test.ts`.
 */
export interface ResumeShelf {
  /** All in one step. Returns those that belong to another node now, or are over, and were left alone. */
  put(node: string, rows: readonly ShelfRow[]): Promise<readonly SessionId[]>
  /** Of takers at the same time exactly one gets the body; nobody gets that of another tenant. */
  take(take: ShelfTake): Promise<string | undefined>
  /** The conversation is over; for a minute whoever still puts it is told. */
  drop(node: string, sessions: readonly SessionId[]): Promise<void>
  /** Takes out what is too old, where that does not happen by itself. */
  sweep?(): Promise<void>
}

/** How long it is remembered that a conversation is over, ms. */
export const OVER_MS = 60_000
