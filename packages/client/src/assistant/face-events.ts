/** What a face is moved by, under the names of the voice client: a timeline takes it from there. */
import { createEmitter } from '../emitter.js'
import type { VoiceClient, VoiceEvents } from '../voice-types.js'

export interface FaceEvents extends Pick<VoiceClient, 'on'> {
  /** An event as the Socket.IO edge names it; others are passed over. */
  take(name: string, payload: unknown): void
}

const names: Readonly<Record<string, keyof VoiceEvents>> = {
  prosody: 'prosody',
  visemes: 'visemes',
  utterance: 'utterance',
  'prosody:cleared': 'cleared',
  'audio:begin': 'audio-begin',
  'audio:duck': 'duck',
  'call:started': 'ready',
}

export function createFaceEvents(): FaceEvents {
  const events = createEmitter<VoiceEvents>()
  return {
    on: events.on,
    take(name, payload) {
      const known = names[name]
      if (known !== undefined) events.emit(known, payload as never)
    },
  }
}
