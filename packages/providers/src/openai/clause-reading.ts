/** A clause that is read by a Realtime session, and how its events are told from those of others. */

import type { ParleyError } from '@parley/core'
import type { RealtimeEvent } from './realtime-link.js'

/** A clause to be read, and who is told of it. Exactly one of `onDone` and `onFail` is called, unless it is cancelled. */
export interface Clause {
  readonly id: string
  readonly text: string
  readonly instructions: string
  onAudio(base64: string): void
  onDone(transcript: string | undefined): void
  onFail(error: ParleyError): void
}

export interface ClauseReading {
  readonly clause: Clause
  responseId?: string
  transcript?: string
  isCancelled: boolean
  cancelTimer(): void
}

/** A response names its clause in its metadata when it begins and ends; between, its events have only its id. */
export function readingOf(
  readings: ReadonlyMap<string, ClauseReading>,
  event: RealtimeEvent,
): ClauseReading | undefined {
  if (typeof event.response_id === 'string') {
    for (const reading of readings.values()) if (reading.responseId === event.response_id) return reading
    return undefined
  }
  const { id, metadata } = (event.response ?? {}) as Readonly<Record<string, unknown>>
  const { clause } = (metadata ?? {}) as Readonly<Record<string, unknown>>
  const reading = typeof clause === 'string' ? readings.get(clause) : undefined
  if (reading !== undefined && typeof id === 'string') reading.responseId ??= id
  return reading
}
