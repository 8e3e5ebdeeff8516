/**
 * Writes every event of a session into the store's log, and where the sound of both sides stands on the session's clock,
 * so that a conversation can be played back with its sound. Words of partial transcripts and shapes of the mouth would
 * only swell it. What is placed is told in stretches: some entries a minute, whatever the length of frames.
 */

import { type AudioFrame, frameMs } from '@parley/audio'
import {
  type Clock,
  createCallerPlaces,
  MediaTime,
  type ReplyId,
  type SessionEvent,
  type SessionId,
  type Tap,
} from '@parley/core'
import type { LoggedEvent, LoggedPlace, Store } from '@parley/platform'

export interface EventLogTapOptions {
  readonly store: Pick<Store, 'appendEvents'>
  readonly session: SessionId
  /** Where the numbering goes on. */
  readonly fromSeq: number
  /** What the session had lasted in other processes, ms. */
  readonly fromMs: number
  readonly clock: Pick<Clock, 'now'>
  /** From here to the ear and back, as recordings place the agent by; undefined before it was measured. */
  roundTripMs?(): number | undefined
  epochMs(): number
}

type Stretch = { -readonly [Key in keyof Placed]: Placed[Key] }
type Placed = Extract<LoggedPlace, { kind: 'reply-placed' }>

/** The caller's place is told anew where it is off by more, ms. */
const CALLER_SLACK_MS = 10
/** Sound that leaves later than this after what left before has been heard is heard with a gap, ms. */
const GAP_SLACK_MS = 1
/** A longer stretch is told in parts: a process that dies takes no more with it. */
const LONGEST_MS = 10_000

export function createEventLogTap(options: EventLogTapOptions): Tap {
  const { store, session, clock } = options
  let seq = options.fromSeq
  /** The clock when the session began; known from its first event on. */
  let zeroMs: number | undefined
  let stretch: Stretch | undefined
  /** Until when what left would be heard at the gateway's own door. */
  let doorEndMs = Number.NEGATIVE_INFINITY
  let callerOffsetMs: number | undefined
  const media = new MediaTime(options.fromMs)
  const callers = createCallerPlaces()

  const append = (event: LoggedEvent): void => {
    store.appendEvents(session, [{ seq, event }])
    seq += 1
  }

  const flush = (): void => {
    if (stretch !== undefined && stretch.durationMs > 0) append({ ...stretch })
    stretch = undefined
  }

  const now = (): number => clock.now() - (zeroMs ?? clock.now())

  return {
    name: 'event-log',
    event(event: SessionEvent) {
      if (event.kind === 'transcript-partial' || event.kind === 'reply-visemes') return
      if (event.kind === 'reply-ended' || event.kind === 'session-ended') flush()
      append(event)
      if (zeroMs !== undefined) return
      zeroMs = clock.now() - event.atMs
      append({ kind: 'clock-read', atMs: event.atMs, epochMs: options.epochMs() })
    },
    userAudio(frame: AudioFrame) {
      if (zeroMs === undefined) return
      const durationMs = frameMs(frame)
      const mediaMs = media.place(durationMs, now())
      const atMs = callers.place({ atMs: frame.atMs, durationMs }, now())
      const offsetMs = atMs - mediaMs
      if (callerOffsetMs !== undefined && Math.abs(offsetMs - callerOffsetMs) <= CALLER_SLACK_MS) return
      callerOffsetMs = offsetMs
      append({ kind: 'caller-placed', atMs, mediaMs })
    },
    agentAudio(frame: AudioFrame, reply: ReplyId, heardInMs: number) {
      if (zeroMs === undefined) return
      const durationMs = frameMs(frame)
      const leftMs = now()
      const isGap = leftMs > doorEndMs + GAP_SLACK_MS
      doorEndMs = Math.max(leftMs, doorEndMs) + durationMs
      if (stretch !== undefined && !isGap && goesOn(stretch, reply, frame.atMs)) {
        stretch.durationMs += durationMs
        return
      }
      flush()
      const roundTripMs = options.roundTripMs?.()
      stretch = {
        ...{ kind: 'reply-placed', reply, fromMs: frame.atMs, atMs: leftMs + heardInMs, durationMs, leftMs },
        ...(roundTripMs === undefined ? {} : { roundTripMs }),
      }
    },
    agentCleared(reply: ReplyId, heardMs: number) {
      flush()
      doorEndMs = Number.NEGATIVE_INFINITY
      append({ kind: 'reply-cleared', atMs: now(), reply, heardMs })
    },
    legChanged(change) {
      flush()
      if (change === 'lost') media.broke()
      else media.mended(now())
      append({ kind: 'leg-changed', atMs: now(), change })
    },
  }
}

function goesOn({ reply, fromMs, durationMs }: Stretch, nextReply: ReplyId, nextFromMs: number): boolean {
  return reply === nextReply && durationMs < LONGEST_MS && Math.abs(fromMs + durationMs - nextFromMs) <= 1
}
