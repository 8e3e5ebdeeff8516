/**
 * One conversation to be played back, from what the store keeps of it: turns, replies, ledgers and the log. Pure. A log
 * that is missing, or its end, costs reasons and exact times, and the answer says so; words and ledgers are always there.
 */

import type { LoggedEvent, StoredConversation } from '@parley/platform'
import { createAgentLines } from './agent-lines.js'
import { type CallerClock, createCallerClock } from './caller-line.js'
import { marksOf } from './log-marks.js'
import type { CallerLine, Playback, PlaybackRecording } from './playback-schema.js'

export interface PlaybackParts {
  readonly stored: StoredConversation
  /** In order. */
  readonly log: readonly LoggedEvent[]
  /** Whether there is more of the log than is given. */
  readonly logCut: boolean
  /** Whether the session is held here and now. */
  readonly isRunning: boolean
  readonly recording: PlaybackRecording
}

export function buildPlayback({ stored, log, logCut, isRunning, recording }: PlaybackParts): Playback {
  const { id, agent, language, edge, startedAtMs, endedAtMs, endReason } = stored
  const clock = createCallerClock(log)
  const agents = createAgentLines(log, language)
  const endpoints = endpointsOf(log)
  const lines = stored.turns
    .flatMap(turn => [...callerLine(turn, clock, endpoints), ...agents.of(turn)])
    .sort((one, other) => one.startMs - other.startMs)
  const marks = marksOf(log)
  const lastMs = lines.reduce((most, { endMs }) => Math.max(most, endMs), log.at(-1)?.atMs ?? 0)
  const toldMs = endedAtMs === undefined || log.length > 0 ? 0 : endedAtMs - startedAtMs
  const soundMs = (recording.startMs ?? 0) + (recording.durationMs ?? 0)
  const { isWhole, ...shown } = marks
  return {
    session: {
      ...{ id, agent, language, edge, startedAtMs },
      ...(endReason === undefined ? {} : { endReason }),
      state: isRunning ? 'running' : endedAtMs === undefined ? 'unknown' : 'ended',
    },
    durationMs: Math.ceil(Math.max(lastMs, toldMs, soundMs)),
    recording,
    log: log.length === 0 ? 'none' : logCut ? 'cut' : 'whole',
    lines,
    ...shown,
    truncated: stored.truncated || logCut || !isWhole,
  }
}

/** Where sound of a session begins on its clock, if its process read both clocks: epoch ms of the session's zero. */
export function zeroEpochMs(log: readonly LoggedEvent[]): number | undefined {
  for (const event of log) if (event.kind === 'clock-read') return event.epochMs - event.atMs
  return undefined
}

type Endpoint = NonNullable<CallerLine['endpoint']>

function endpointsOf(log: readonly LoggedEvent[]): ReadonlyMap<string, Endpoint> {
  const found = new Map<string, Endpoint>()
  for (const event of log) {
    if (event.kind !== 'turn-committed' || event.endpoint === undefined) continue
    const { ms, complete, reasons } = event.endpoint
    found.set(event.turn, { waitMs: ms, complete, reasons: [...reasons] })
  }
  return found
}

function callerLine(
  { id, user }: StoredConversation['turns'][number],
  clock: CallerClock,
  endpoints: ReadonlyMap<string, Endpoint>,
): readonly CallerLine[] {
  if (user === undefined || user.text.trim() === '') return []
  const { text, origin, startMs, endMs, atMs } = user
  const typed = origin === 'text'
  const from = typed ? atMs : clock.at(startMs)
  const endpoint = endpoints.get(id)
  return [
    {
      by: 'caller',
      turn: id,
      text,
      origin,
      startMs: Math.round(from),
      endMs: Math.round(typed ? atMs : Math.max(from, clock.at(endMs))),
      times: typed || clock.logged ? 'logged' : 'estimated',
      ...(endpoint === undefined ? {} : { endpoint }),
    },
  ]
}
