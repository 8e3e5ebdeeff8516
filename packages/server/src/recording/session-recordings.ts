/** What routes, desk and shutdown ask of the recordings of conversations. */

import type { Engine, SessionEvent, Tap } from '@parley/core'
import type { Agent } from '@parley/engines'
import type { RecordingKey, RecordingRow, RecordingShares, RecordingShelf } from '@parley/platform'
import type { CompanyRecording } from '@parley/transports'

/** A conversation that begins. */
export interface RecordedSession extends RecordingKey {
  readonly subject: string
  readonly agent: Agent
  /** BCP 47, of the conversation. */
  readonly language: string
  /** Goes on from another process: it was announced there. */
  readonly goesOn: boolean
  /** What whoever talks in it said before it began; undefined where they said nothing. */
  readonly consent?: boolean
  /** From the gateway to the far end's ear and back, ms; undefined before it was measured. */
  roundTripMs(): number | undefined
}

/**
 * What stands around a conversation that is, or may be, recorded; also around one that was refused before it began. `consent`
 * throws as that of `SessionRecordings`, but for a no that was said before.
 */
export interface RecordingAround extends CompanyRecording {
  /** Undefined where nothing will be kept. */
  readonly tap: (Tap & { event(event: SessionEvent): void }) | undefined
  /** Has the agent say what has to be said. */
  wrap(engine: Engine): Engine
  /** The conversation did not come about. */
  abandon(): void
}

export interface SessionRecordings {
  readonly shelf: RecordingShelf
  readonly shares: RecordingShares
  /**
   * Undefined where the conversation is not to be recorded. A fault of the store is one of those, and logged: nobody's
   * conversation fails for its recording.
   */
  begin(session: RecordedSession): Promise<RecordingAround | undefined>
  /**
   * Whether a phone call may be recorded, which nobody is told of: not where its agent or its tenant says `never`, or wants consent.
   * Never rejects: what cannot be read is no.
   */
  mayRecordCalls(tenant: string, agent: Pick<Agent, 'agent' | 'recording'>): Promise<boolean>
  /** @throws ParleyError `store_…` */
  read(key: RecordingKey): Promise<RecordingRow | undefined>
  /**
   * Whoever talks said yes or no. No is the last word: what there is of it is deleted.
   * @throws ParleyError `not_found`, `conflict` where it was refused or deleted before, `store_…`
   */
  consent(key: RecordingKey, granted: boolean): Promise<RecordingRow>
  /** @throws ParleyError `not_found`, `store_…` */
  remove(key: RecordingKey): Promise<void>
}

/** The stem of a finished recording's files. */
export const RECORDING_STEM = 'session'
