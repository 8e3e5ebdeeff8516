/** The snapshot of a voice: replaced as a whole, only where something changed, and told at once. */
import { notRecorded } from '../connection/consents.js'
import { emptyConversation } from '../conversation.js'
import { noDevices } from '../devices/device-list.js'
import type { VoiceSnapshot } from './voice-page-types.js'

export const idleVoice: VoiceSnapshot = {
  status: 'idle',
  microphone: 'off',
  sound: 'off',
  muted: false,
  pressed: false,
  userSpeaking: false,
  agentSpeaking: false,
  conversation: emptyConversation,
  role: 'speaker',
  company: [],
  recording: notRecorded,
  devices: noDevices,
  canChooseSpeaker: false,
  microphoneId: undefined,
  speakerId: undefined,
  error: undefined,
}

export interface VoiceStore {
  snapshot(): VoiceSnapshot
  update(change: Partial<VoiceSnapshot>): void
  subscribe(changed: () => void): () => void
}

export function createVoiceStore(start: Partial<VoiceSnapshot>): VoiceStore {
  const listeners = new Set<{ readonly changed: () => void }>()
  let snapshot: VoiceSnapshot = { ...idleVoice, ...start }
  return {
    snapshot: () => snapshot,
    update(change) {
      const names = Object.keys(change) as (keyof VoiceSnapshot)[]
      if (names.every(name => Object.is(snapshot[name], change[name]))) return
      snapshot = { ...snapshot, ...change }
      for (const listener of [...listeners]) listener.changed()
    },
    subscribe(changed) {
      const listener = { changed }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
