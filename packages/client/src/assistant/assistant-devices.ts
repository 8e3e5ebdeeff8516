/** The browser's microphone and loudspeaker for the assistant, in one audio context that is made when it is needed. */
import { createAudioContext } from '../devices/audio-context.js'
import { askForMicrophone, openMicrophone } from '../devices/microphone.js'
import { createPlayer } from '../devices/player.js'
import { WORKLET_PATH, type WorkletSource } from '../devices/worklet.js'
import type { AssistantDevices } from './assistant-types.js'

/** @param url of the gateway; undefined is where the page comes from */
export function browserDevices(url?: string): AssistantDevices {
  let context: AudioContext | undefined
  const own = () => {
    context ??= createAudioContext()
    return context
  }
  return {
    openMicrophone: (sampleRate, stream) =>
      openMicrophone({
        context: own(),
        sampleRate,
        ...workletOf(url),
        ...(stream === undefined ? {} : { stream }),
      }),
    openStream: () => askForMicrophone(),
    openElement: () => new Audio(),
    openPlayer: sampleRate => createPlayer({ context: own(), sampleRate, ...workletOf(url) }),
    wake() {
      if (own().state !== 'running') void own().resume()
    },
    close() {
      void context?.close()
      context = undefined
    },
  }
}

/** A page of another origin has no such file, and may not run that of the gateway as a module. */
function workletOf(url: string | undefined): WorkletSource {
  if (url === undefined || globalThis.location === undefined) return {}
  const { origin, href } = new URL(WORKLET_PATH, new URL(url, location.href))
  return origin === location.origin ? {} : { workletUrl: href, workletInline: true }
}
