/** The browser's microphone and loudspeaker for the assistant, in one audio context that is made when it is needed. */
import { createAudioContext } from '../devices/audio-context.js'
import { openMicrophone } from '../devices/microphone.js'
import { createPlayer } from '../devices/player.js'
import type { AssistantDevices } from './assistant-types.js'

export function browserDevices(): AssistantDevices {
  let context: AudioContext | undefined
  const own = () => {
    context ??= createAudioContext()
    return context
  }
  return {
    openMicrophone: sampleRate => openMicrophone({ context: own(), sampleRate }),
    openPlayer: sampleRate => createPlayer({ context: own(), sampleRate }),
    wake() {
      if (own().state !== 'running') void own().resume()
    },
    close() {
      void context?.close()
      context = undefined
    },
  }
}
