/** What both ways of sending the caller's sound up share: its rate, and what the engine asks of them. */

import { type AudioFrame, type Emit, type Resampler, type Resampling, resampleStage } from '@parley/audio'
import { type FarSession, ParleyError, type SpeechBoundary, type Turn } from '@parley/core'

export interface Uplink {
  /** Synchronous; allocates nothing. */
  hear(frame: AudioFrame): void
  boundary(boundary: SpeechBoundary): void
  /** Another far session listens from now on, which has heard nothing of the turn under way. */
  use(session: FarSession | undefined): void
  /**
   * The far end gets the rest of the turn's sound and is told that it is one; `undefined` where there is nothing new of
   * it. The stretch is in media time, ms.
   */
  commit(turn: Turn): Stretch | undefined
  /** The sound since the last turn belongs to none. */
  forgetSound(): void
  /** The turn was answered: its sound need not be sent again. */
  answered(): void
  /** Whether the far end has sound that may become a turn. */
  readonly pending: boolean
  close(): void
}

export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
}

/** Gives frames on at one rate. @throws ParleyError `bad_config` where another is heard and there is no resampler. */
export function atRate(
  rate: number,
  resampling: Resampling | undefined,
  emit: Emit,
): {
  hear(frame: AudioFrame): void
  close(): void
} {
  let resampler: Resampler | undefined
  let process: ((frame: AudioFrame, emit: Emit) => void) | undefined

  function change(fromRate: number): void {
    if (resampling === undefined)
      throw new ParleyError(
        'bad_config',
        `The model hears ${rate} Hz and the session ${fromRate} Hz; give the realtime engine a resampler.`,
      )
    resampler?.close()
    resampler = resampling.create({ fromRate, toRate: rate })
    process = resampleStage(resampler).process
  }

  return {
    hear(frame) {
      if (frame.rate === rate) return emit(frame)
      if (resampler?.fromRate !== frame.rate) change(frame.rate)
      process?.(frame, emit)
    },
    close() {
      resampler?.close()
      resampler = undefined
      process = undefined
    },
  }
}
