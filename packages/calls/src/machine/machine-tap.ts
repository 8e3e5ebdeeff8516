/** Machine detection beside a session: hears what the session hears, tells once, and costs nothing when it is over. */

import type { VoiceActivity, VoiceDetector } from '@parley/audio'
import type { SessionEvent, Tap } from '@parley/core'
import { createMachineEar, type MachineEar, type MachineNews } from './machine-ear.js'
import type { MachineOptions } from './machine-options.js'

export interface MachineTapOptions extends MachineOptions {
  readonly activity: VoiceActivity
  /** Told from within the session: must not await, nor throw. */
  onNews(news: MachineNews): void
}

/** For a session that begins when the call is answered. Frames of other rates than 8 and 16 kHz are not judged. */
export function createMachineTap({ activity, onNews, ...options }: MachineTapOptions): Tap {
  let detector: VoiceDetector | undefined
  let ear: MachineEar | undefined
  let over = false

  const close = (): void => {
    over = true
    detector?.close()
    detector = undefined
    ear = undefined
  }

  const tell = (news: readonly MachineNews[]): void => {
    for (const each of news) onNews(each)
    if (ear?.over) close()
  }

  return {
    name: 'machine-detection',
    userAudio(frame) {
      if (over) return
      if (ear === undefined) {
        if (frame.rate !== 8_000 && frame.rate !== 16_000) return
        detector = activity.open(frame.rate)
        ear = createMachineEar(detector, options)
      }
      if (frame.rate === detector?.rate) tell(ear.hear(frame))
    },
    event(event: SessionEvent) {
      if (event.kind === 'session-ended') close()
      if (event.kind === 'transcript-partial' || event.kind === 'transcript-final') {
        if (ear !== undefined) tell(ear.words(event.text))
      }
    },
  }
}
