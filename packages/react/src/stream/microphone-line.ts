/** A microphone that is asked for, runs and ends, whatever comes in between: `stop` while the person is still asked. */
import { ClientError, microphoneFault } from '@parley/client'
import { isProsodyErrorCode, ProsodyError } from './prosody-error.js'
import type { MicrophoneState, MicrophoneWish, OpenMicrophone, ProsodySource } from './stream-types.js'

export interface MicrophoneLineOptions {
  readonly open: OpenMicrophone
  readonly changed: (state: MicrophoneState, error: ProsodyError | undefined) => void
  /** It runs, at this rate; told before its first frame. */
  readonly began: (sampleRate: number) => void
  readonly frame: (samples: Int16Array<ArrayBuffer>) => void
}

export interface MicrophoneLine {
  readonly state: MicrophoneState
  /** Never rejects. The same promise while it is being asked for. */
  start(wish: MicrophoneWish): Promise<void>
  stop(): void
}

export function createMicrophoneLine(options: MicrophoneLineOptions): MicrophoneLine {
  let state: MicrophoneState = 'unknown'
  let source: ProsodySource | undefined
  let asking: Promise<void> | undefined
  let generation = 0

  function become(next: MicrophoneState, error?: ProsodyError): void {
    state = next
    options.changed(next, error)
  }

  async function ask(wish: MicrophoneWish, mine: number): Promise<void> {
    let opened: ProsodySource
    try {
      opened = await options.open(wish)
    } catch (thrown) {
      if (mine !== generation) return
      const error = microphoneError(thrown)
      return become(error.code === 'microphone-denied' ? 'denied' : 'none', error)
    }
    if (mine !== generation) return opened.close()
    source = opened
    opened.on('ended', ({ error }) => {
      if (mine !== generation) return
      generation++
      source = undefined
      become('stopped', error === undefined ? undefined : microphoneError(error, 'microphone-lost'))
    })
    options.began(opened.sampleRate)
    opened.on('frame', ({ samples }) => {
      if (mine === generation) options.frame(samples)
    })
    become('granted')
  }

  return {
    get state() {
      return state
    },
    start(wish) {
      if (source !== undefined) return Promise.resolve()
      if (asking !== undefined) return asking
      const mine = ++generation
      become('prompt')
      const mineAsking = ask(wish, mine).finally(() => {
        if (asking === mineAsking) asking = undefined
      })
      asking = mineAsking
      return mineAsking
    },
    stop() {
      generation++
      asking = undefined
      source?.close()
      source = undefined
      if (state === 'granted' || state === 'prompt') become('stopped')
    },
  }
}

/** Our own codes, the client's, and those of getUserMedia(); others have no better name than `otherwise`. */
export function microphoneError(thrown: unknown, otherwise?: 'microphone-lost'): ProsodyError {
  if (thrown instanceof ProsodyError) return thrown
  if (thrown instanceof ClientError && isProsodyErrorCode(thrown.code)) {
    return new ProsodyError(thrown.code, undefined, { cause: thrown })
  }
  // What is no error at all (React Native's modules reject with anything) has no name to go by.
  const fault = thrown instanceof Error ? microphoneFault(thrown) : 'unsupported'
  const code = isProsodyErrorCode(fault) ? fault : 'unsupported'
  return new ProsodyError(code === 'unsupported' && otherwise ? otherwise : code, undefined, {
    cause: thrown,
  })
}
