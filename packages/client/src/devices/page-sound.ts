/** A page's audio context as `PageSound`: it runs whenever the browser lets it, and is closed only by who made it. */
import { ClientError } from '../client-error.js'
import type { PageSound, SoundState } from '../voice/voice-devices.js'
import { createAudioContext, onGesture, resumeSuspended } from './audio-context.js'
import { beginAudioSession } from './audio-session.js'
import type { AudioSource } from './audio-source.js'
import { type MicrophoneOptions, openMicrophone } from './microphone.js'
import { createPlayer, outputLatencyMs } from './player.js'
import { createSoundOutput } from './sound-output.js'

export interface PageSoundOptions {
  /** The page's own, which `close` leaves open. */
  readonly context?: AudioContext | undefined
  /** Whether the microphone has to be on a track. */
  readonly calls: boolean
  /** Where the person's gestures are seen. Default: the document. */
  readonly gestures?: EventTarget
}

/** Throws `unsupported`. */
export function openPageSound({ context: given, calls, gestures }: PageSoundOptions): PageSound {
  if (given === undefined && typeof globalThis.AudioContext !== 'function')
    throw new ClientError('unsupported')
  const session = beginAudioSession()
  const context = given ?? createAudioContext()
  const output = createSoundOutput(context)
  const line = calls ? context.createMediaStreamDestination() : undefined
  const leave = [onGesture(resume, gestures), resumeSuspended(context)]
  resume()

  function resume(): void {
    if (context.state !== 'running' && context.state !== 'closed') context.resume().catch(() => {})
    output.resume()
  }

  async function listen(options: Omit<MicrophoneOptions, 'context'>): Promise<AudioSource> {
    const release = session.captures()
    try {
      const source = await openMicrophone({
        ...options,
        context,
        ...(line === undefined ? {} : { also: line }),
      })
      source.on('ended', release)
      return withClose(source, release)
    } catch (thrown) {
      release()
      throw thrown
    }
  }

  return {
    get state() {
      return soundState(context.state)
    },
    get sampleRate() {
      return context.sampleRate
    },
    get latencyMs() {
      return outputLatencyMs(context)
    },
    get passedS() {
      return context.currentTime
    },
    onState(changed) {
      context.addEventListener('statechange', changed)
      return () => context.removeEventListener('statechange', changed)
    },
    resume,
    openMicrophone: listen,
    line: line?.stream,
    openPlayer: options => createPlayer({ ...options, context, to: output.node }),
    playCall({ openPlayer }) {
      const element = output.element()
      const player = openPlayer({ element })
      return {
        ...player,
        close() {
          player.close()
          output.letGo(element)
        },
      }
    },
    setSpeaker: output.choose,
    close() {
      for (const each of leave) each()
      output.close()
      session.end()
      if (given === undefined && context.state !== 'closed') context.close().catch(() => {})
    },
  }
}

/** The same source, whose muting has to stay its own. */
function withClose(source: AudioSource, closed: () => void): AudioSource {
  return {
    sampleRate: source.sampleRate,
    on: source.on,
    get label() {
      return source.label
    },
    get silenced() {
      return source.silenced === true
    },
    get muted() {
      return source.muted
    },
    set muted(next) {
      source.muted = next
    },
    close() {
      source.close()
      closed()
    },
  }
}

export function soundState(state: string): SoundState {
  if (state === 'running') return 'on'
  if (state === 'interrupted') return 'interrupted'
  return state === 'closed' ? 'off' : 'blocked'
}
