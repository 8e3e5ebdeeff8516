/**
 * A live conversation as the source of a face: what of the agent's prosody and visemes is being heard at this moment.
 * The timeline (`createProsodyTimeline(client, player)` of `@parley/client`) knows what the loudspeaker plays.
 */
import type { FaceInput, Viseme } from '../face/face-types.js'
import type { ProsodyValues } from '../stream/stream-types.js'

/** What a timeline tells of one moment. */
export interface HeardProsody {
  /** The frame that is heard; undefined while nothing is, or nothing was told of it. */
  readonly frame?: ProsodyValues | undefined
  readonly viseme?: Viseme | undefined
  readonly nextViseme?: Viseme | undefined
  /** Until the next one, ms. */
  readonly nextInMs?: number | undefined
}

export interface ProsodyTimelineLike {
  /** `nowMs` on the page's monotonic clock (`performance.now()`). */
  at(nowMs: number): HeardProsody | undefined
  close?(): void
}

const silence: FaceInput = { pitchHz: 0, energy: 0, speaking: false }

/** What a face shows of it. */
export function faceInputOf(heard: HeardProsody | undefined): FaceInput {
  if (heard === undefined || (heard.frame === undefined && heard.viseme === undefined)) return silence
  const { frame, viseme, nextViseme, nextInMs } = heard
  // Visemes without a frame are speech as well: of a gateway that tells no prosody.
  return { ...frame, speaking: frame?.speaking ?? true, viseme, nextViseme, nextInMs }
}
