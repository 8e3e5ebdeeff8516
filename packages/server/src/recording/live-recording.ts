/**
 * The recording of one conversation while it is on: nothing is kept before it may be, and nothing of one that may not. What is
 * to be kept is decided here at once; what the table says of it follows.
 */

import type { AudioFrame } from '@parley/audio'
import type { Clock, ReplyId, SessionEvent, Tap } from '@parley/core'
import type { RecordingKey, Recordings, StereoRecorder } from '@parley/platform'

export interface LiveRecording {
  readonly key: RecordingKey
  readonly tap: Tap & { event(event: SessionEvent): void }
  readonly state: 'waiting' | 'recording' | 'held' | 'stopped'
  /** From now on it is kept; where it is already, or may not be any more, that changes nothing. */
  start(): void
  /** Nothing of what comes is kept until it starts again. */
  hold(): void
  /** Nothing more is kept. Resolves when what was is written. */
  stop(): Promise<void>
  /** Samples of one channel that found no place. */
  readonly dropped: number
}

export interface LiveRecordingOptions {
  readonly key: RecordingKey
  readonly clock: Clock
  /** Epoch ms. */
  readonly epochMs: () => number
  readonly recordings: Pick<Recordings, 'record'>
  roundTripMs(): number | undefined
  /** `offsetMs`: where its first sample is on the conversation's own clock. */
  started(at: { readonly startedAtMs: number; readonly offsetMs: number }): void
  /** The conversation is over, or goes on at another node. */
  ended(handedOver: boolean): void
  /** Everything that is told of the conversation, before it has any effect here. */
  event(event: SessionEvent): void
}

export function createLiveRecording(options: LiveRecordingOptions): LiveRecording {
  const { key, clock } = options
  let state: LiveRecording['state'] = 'waiting'
  let recorder: StereoRecorder | undefined
  /** On the clock: when the conversation began. */
  let zeroMs: number | undefined
  let wanted = false

  function start(): void {
    wanted = true
    if (state === 'held') state = 'recording'
    if (state !== 'waiting' || zeroMs === undefined) return
    state = 'recording'
    const startedAtMs = options.epochMs()
    recorder = options.recordings.record(key, { roundTripMs: options.roundTripMs })
    options.started({ startedAtMs, offsetMs: clock.now() - zeroMs })
  }

  return {
    key,
    start,
    hold() {
      wanted = false
      if (state === 'recording') state = 'held'
    },
    get state() {
      return state
    },
    get dropped() {
      return recorder?.dropped ?? 0
    },
    async stop() {
      state = 'stopped'
      await recorder?.close()
    },
    tap: {
      name: 'recording',
      userAudio(frame: AudioFrame) {
        if (state === 'recording') recorder?.userAudio?.(frame)
      },
      agentAudio(frame: AudioFrame, reply: ReplyId, heardInMs: number) {
        if (state === 'recording') recorder?.agentAudio?.(frame, reply, heardInMs)
      },
      event(event: SessionEvent) {
        zeroMs ??= clock.now() - event.atMs
        if (wanted) start()
        options.event(event)
        if (state !== 'stopped') recorder?.event?.(event)
        if (event.kind === 'session-ended') options.ended(event.reason === 'handed-over')
      },
    },
  }
}
