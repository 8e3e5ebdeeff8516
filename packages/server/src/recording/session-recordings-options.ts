/** What a node's recordings are made of, and what its gateway does with them. No code. */

import type { Clock } from '@parley/core'
import type {
  RecordingFormat,
  RecordingMode,
  RecordingRows,
  RecordingShares,
  RecordingShelf,
  Recordings,
  TenantPolicies,
} from '@parley/platform'
import type { Log } from '../log/log.js'
import type { RecordingMetrics } from '../metrics/recording-metrics.js'
import type { SessionRecordings } from './session-recordings.js'

export interface SessionRecordingsOptions {
  readonly rows: RecordingRows
  readonly shares: RecordingShares
  readonly shelf: RecordingShelf
  readonly recordings: Recordings
  readonly policies: Pick<TenantPolicies, 'of'>
  /** Where neither agent nor tenant says. */
  readonly usual: RecordingMode
  readonly retainMs: number | undefined
  /** Hz of what `recordings` makes. */
  readonly rate: number
  readonly formats: readonly RecordingFormat[]
  /** This process, unlike any other. */
  readonly node: string
  readonly clock: Clock
  readonly epochMs: () => number
  readonly log: Log
  readonly metrics: RecordingMetrics
  /** Whether no other process works on these rows: then what is unfinished at the start is nobody's. */
  readonly alone?: boolean
  /** Done with each sweep, beside ours. */
  tidy?(): Promise<void>
  /** A recording's files were made. */
  made?(): Promise<void>
}

export interface OpenSessionRecordings extends SessionRecordings {
  /** Recorded, or waiting for consent, now and here. */
  readonly active: number
  start(): void
  /** Once conversations are over: waits for what is written, and leaves what is not made to the next start. */
  close(signal: AbortSignal): Promise<void>
}
