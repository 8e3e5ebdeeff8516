/** The page's sound: one context and one player, made at the first gesture and kept from one conversation to the next. */
import {
  type AudioSessionUse,
  beginAudioSession,
  createAudioContext,
  createPlayer,
  type Player,
  resumeOnGesture,
  type WorkletSource,
} from '@parley/client'
import { codecFor, outputRateOf } from './codec.js'

/** Where this build of the page finds the audio program that fits it. */
export const workletSource: WorkletSource = { workletUrl: import.meta.env.WORKLET_URL }

export interface Sound {
  readonly context: AudioContext
  readonly player: Player
  /** Says to the system that the microphone is open. */
  readonly captures: AudioSessionUse['captures']
}

export interface SoundKeeper {
  /** Call from a click or key press. Rejects with the player's faults; the next call tries again. */
  open(): Promise<Sound>
}

export interface SoundOptions {
  readonly blocked: (blocked: boolean) => void
}

export function createSoundKeeper({ blocked }: SoundOptions): SoundKeeper {
  let opening: Promise<Sound> | undefined

  async function open(): Promise<Sound> {
    const session = beginAudioSession()
    const context = createAudioContext()
    context.onstatechange = () => blocked(context.state !== 'running')
    resumeOnGesture(context)
    try {
      const sampleRate = await outputRateOf(codecFor(location))
      const player = await createPlayer({ context, sampleRate, ...workletSource })
      return { context, player, captures: session.captures }
    } catch (thrown) {
      session.end()
      await context.close()
      throw thrown
    }
  }

  return {
    open() {
      opening ??= open().catch(thrown => {
        opening = undefined
        throw thrown
      })
      return opening
    },
  }
}
