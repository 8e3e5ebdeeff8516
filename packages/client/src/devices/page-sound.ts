/** A page's audio context as `PageSound`: it runs whenever the browser lets it, and is closed only by who made it. */
import { ClientError } from '../client-error.js'
import type { PageSound, SoundState } from '../voice/voice-devices.js'
import { createAudioContext, resumeOnGesture } from './audio-context.js'
import { openMicrophone } from './microphone.js'
import { createPlayer, outputLatencyMs } from './player.js'

/** `setSinkId` of contexts is in Chrome and Edge; `interrupted` is a state of Safari's. */
type Context = AudioContext & { setSinkId?(deviceId: string): Promise<void> }

/** With a context of the page's own, `close` leaves that open. Throws `unsupported`. */
export function openPageSound(given?: AudioContext): PageSound {
  if (given === undefined && typeof globalThis.AudioContext !== 'function')
    throw new ClientError('unsupported')
  const context: Context = given ?? createAudioContext()
  const stopResuming = resumeOnGesture(context)
  const resume = () => {
    if (context.state !== 'running' && context.state !== 'closed') context.resume().catch(() => {})
  }
  // Safari says `suspended` once a phone call is over, and then allows it.
  context.addEventListener('statechange', resume)
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
    onState(changed) {
      context.addEventListener('statechange', changed)
      return () => context.removeEventListener('statechange', changed)
    },
    resume,
    openMicrophone: options => openMicrophone({ ...options, context }),
    openPlayer: options => createPlayer({ ...options, context }),
    setSpeaker: context.setSinkId && (deviceId => context.setSinkId?.(deviceId) ?? Promise.resolve()),
    close() {
      stopResuming()
      context.removeEventListener('statechange', resume)
      if (given === undefined && context.state !== 'closed') context.close().catch(() => {})
    },
  }
}

export function soundState(state: string): SoundState {
  if (state === 'running') return 'on'
  if (state === 'interrupted') return 'interrupted'
  return state === 'closed' ? 'off' : 'blocked'
}
