/** What the player needs of recordings; those who keep them give it. */

import type { SessionKey } from '@parley/platform'
import type { PlaybackRecording } from './playback-schema.js'

export interface RecordingFacts {
  readonly status: 'waiting' | 'recording' | 'finishing' | 'ready' | 'failed' | 'deleted'
  readonly consent: 'announced' | 'asked' | 'granted' | 'refused'
  /** When its first sample was, epoch ms. */
  readonly startedAtMs?: number
  /** Where its first sample stands on the session's clock, ms. */
  readonly offsetMs?: number
  readonly durationMs?: number
  readonly problem?: string
  /** The phone call that it is of. */
  readonly call?: string
}

/** Sound of a finished recording, both channels interleaved. */
export interface RecordedSound {
  /** Hz. */
  readonly rate: number
  /** Sample pairs. */
  readonly pairs: number
  /** Valid until the next call. */
  read(at: number, count: number): Promise<Int16Array>
  close(): Promise<void>
}

export interface PlaybackRecordings {
  /** Undefined where nothing of this session was recorded. */
  find(key: SessionKey): Promise<RecordingFacts | undefined>
  /** @throws ParleyError `not_found` where it cannot be read as samples. */
  open(key: SessionKey): Promise<RecordedSound>
}

export interface SoundPlaces {
  /** Epoch ms of the session's zero, by its process; undefined where that was not logged. */
  readonly zeroEpochMs: number | undefined
  /** Epoch ms at which the session was stored as begun: up to a slow answer of the database before its zero. */
  readonly startedAtMs: number
}

/** Error of a start that both clocks of one process tell, ms: what it does between two readings. */
const CLOCK_ERROR_MS = 5

/** How a recording stands to its session. */
export function recordingOf(facts: RecordingFacts | undefined, places: SoundPlaces): PlaybackRecording {
  if (facts === undefined) return { state: 'none' }
  const { status, consent, durationMs, problem, call } = facts
  const told = problem === undefined ? {} : { problem }
  if (consent === 'refused') return { state: 'refused' }
  if (status === 'failed' || status === 'deleted') return { state: status, ...told }
  if (status !== 'ready') return { state: 'making' }
  return {
    state: 'ready',
    ...startOf(facts, places),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(call === undefined ? {} : { call }),
  }
}

function startOf({ offsetMs, startedAtMs }: RecordingFacts, places: SoundPlaces) {
  if (offsetMs !== undefined) return { startMs: offsetMs, errorMs: 0 }
  if (startedAtMs === undefined) return {}
  const { zeroEpochMs } = places
  if (zeroEpochMs !== undefined) return { startMs: startedAtMs - zeroEpochMs, errorMs: CLOCK_ERROR_MS }
  // Nobody knows how long the database took to begin the session.
  return { startMs: startedAtMs - places.startedAtMs }
}
