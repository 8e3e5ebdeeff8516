/**
 * A conversation of this node that is, or may be, recorded: its sound, what its caller is told of it, and how it stands.
 * Invariant: once it is off it stays off.
 */

import type { Clock } from '@parley/core'
import type { RecordingConsent, RecordingKey, Recordings } from '@parley/platform'
import type { RecordingNotice } from '@parley/protocol'
import { createAnnouncing } from './announcing-engine.js'
import { createLiveRecording, type LiveRecording } from './live-recording.js'
import type { ConversationPlan } from './recording-plan.js'
import type { Answer } from './recording-words.js'
import type { RecordedSession, RecordingAround } from './session-recordings.js'

export interface HeldRecording extends Pick<RecordingAround, 'tap' | 'wrap' | 'notice' | 'watch'> {
  readonly recording: LiveRecording
  /** Somebody who may has said yes, here or at another node. */
  granted(): void
  /** Refused or deleted, here or at another node: nothing more is kept. Resolves when what was is written. */
  stop(consent?: RecordingConsent): Promise<void>
}

export interface HeldRecordingOptions {
  readonly session: RecordedSession
  readonly plan: ConversationPlan
  readonly consent: RecordingConsent
  /** It was told in another process. */
  readonly wasTold: boolean
  readonly clock: Clock
  readonly epochMs: () => number
  readonly recordings: Pick<Recordings, 'record'>
  /** `offsetMs`: where its first sample is on the conversation's own clock. */
  started(at: { readonly startedAtMs: number; readonly offsetMs: number }): void
  /** The caller has answered the question; again where it turns out that they had not finished. */
  answered(granted: boolean): void
  /** Something was said to the question, and no words of it came. */
  wordless(): void
  /** It has to be announced, and this agent cannot be made to say a sentence. */
  unsayable(): void
  ended(handedOver: boolean): void
}

export function holdRecording(options: HeldRecordingOptions): HeldRecording {
  const { session, plan, clock } = options
  const key: RecordingKey = { tenant: session.tenant, id: session.id }
  const asks = plan.mode === 'consent'
  const isGranted = asks && options.consent === 'granted'
  let consent = options.consent
  let grantedByVoice = false
  let watcher: (notice: RecordingNotice) => void = () => {}
  const announcing = createAnnouncing({
    plan,
    language: session.language,
    wasTold: options.wasTold || isGranted,
    bargeIn: session.agent.turns.bargeIn,
    announced: start,
    unheard() {
      recording.hold()
      watcher(notice())
    },
    answered,
    wordless: options.wordless,
    unsayable() {
      if (!asks) options.unsayable()
    },
  })
  const recording = createLiveRecording({
    key,
    clock,
    epochMs: options.epochMs,
    recordings: options.recordings,
    roundTripMs: () => session.roundTripMs(),
    started(at) {
      options.started(at)
      watcher(notice())
    },
    ended: options.ended,
    event: event => announcing.event(event),
  })
  if (isGranted) recording.start()

  function notice(): RecordingNotice {
    return { state: recording.state === 'stopped' ? 'off' : recording.state, consent }
  }

  function start(): void {
    recording.start()
    watcher(notice())
  }

  function answered(answer: Answer): void {
    if (answer === 'yes') {
      grantedByVoice = true
      if (recording.state !== 'stopped') consent = 'granted'
      // At once: what is said next belongs to it.
      start()
      options.answered(true)
    } else if (answer === 'no' || grantedByVoice) options.answered(false)
  }

  return {
    recording,
    tap: recording.tap,
    wrap: engine => announcing.wrap(engine),
    get notice() {
      return notice()
    },
    watch(changed) {
      watcher = changed
    },
    granted() {
      if (recording.state === 'stopped') return
      consent = 'granted'
      // What is announced is announced to whoever listens: the yes of one does not stand for it.
      if (!asks) return watcher(notice())
      announcing.settle()
      start()
    },
    async stop(said = consent) {
      const written = recording.stop()
      consent = said
      announcing.settle()
      watcher(notice())
      await written
    },
  }
}
