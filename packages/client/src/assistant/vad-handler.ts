/**
 * Whether the caller speaks, by loudness alone, and whether that is into the agent's words. It only makes the page quick:
 * who has the floor the gateway decides, with better means.
 */
import { ClientError } from '../client-error.js'

export interface VadHandler {
  /** Loudness above which the caller is taken to speak, more than 0 and less than 1 of full scale. */
  readonly threshold: number
  /** Whether the agent is heard. */
  remoteAudioPlaying: boolean
  /** Whether frames came since the last `reset`. */
  readonly analyzing: boolean
  /** Throws `bad-option`. */
  setThreshold(threshold: number): void
  /** Takes the level of one frame, dBFS. True once for each stretch of speech into the agent's words. */
  hear(levelDbfs: number): boolean
  reset(): void
}

/** Frames of 20 ms above the threshold that are speech and no knock. */
const SPEECH_FRAMES = 3

export function createVadHandler(first = 0.03): VadHandler {
  let threshold = checked(first)
  let loud = 0
  let told = false
  let analyzing = false
  return {
    remoteAudioPlaying: false,
    get threshold() {
      return threshold
    },
    get analyzing() {
      return analyzing
    },
    setThreshold(next) {
      threshold = checked(next)
    },
    hear(levelDbfs) {
      analyzing = true
      if (10 ** (levelDbfs / 20) < threshold) {
        loud = 0
        told = false
        return false
      }
      loud += 1
      if (told || loud < SPEECH_FRAMES || !this.remoteAudioPlaying) return false
      told = true
      return true
    },
    reset() {
      loud = 0
      told = false
      analyzing = false
      this.remoteAudioPlaying = false
    },
  }
}

function checked(threshold: number): number {
  if (threshold > 0 && threshold < 1) return threshold
  throw new ClientError('bad-option', 'The threshold is more than 0 and less than 1.')
}
