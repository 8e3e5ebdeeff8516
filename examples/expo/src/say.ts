/** Says a text by the gateway's voice, or by the device's own, and tells what a face shows meanwhile. */
import {
  createSpokenFace,
  deviceVoice,
  type FaceInput,
  type ProsodyEmotion,
  type ProsodyError,
  synthesize,
} from '@parley/react'
import { createAudioPlayer } from 'expo-audio'
import * as Speech from 'expo-speech'
import { soundUri } from './sound-uri'
import { wavOf } from './wav'

export interface Saying {
  /** What is heard just now; undefined where the device speaks and nobody knows. */
  readonly face: () => FaceInput | undefined
  readonly byDevice: boolean
  readonly error: ProsodyError | undefined
  stop(): void
}

const nothing = { face: () => undefined, byDevice: false, stop: () => {} }

export async function say(text: string, emotion: ProsodyEmotion, language: string): Promise<Saying> {
  const result = await synthesize(text, { apiUrl: process.env.EXPO_PUBLIC_API_URL, emotion })
  if (result.kind === 'aborted') return { ...nothing, error: undefined }
  if (result.kind === 'refused') return { ...nothing, error: result.error }
  if (result.kind === 'fallback') return { ...sayByDevice(text, emotion, language), error: result.error }
  const spoken = createSpokenFace(result, emotion)
  const player = createAudioPlayer({ uri: soundUri(wavOf(result.samples, result.sampleRate)) })
  player.play()
  return {
    // In step with the loudspeaker, whatever loading took.
    face: () => spoken.at(player.currentTime * 1000),
    byDevice: false,
    error: undefined,
    stop() {
      player.pause()
      player.remove()
    },
  }
}

function sayByDevice(text: string, emotion: ProsodyEmotion, language: string) {
  let speaking = true
  const over = () => {
    speaking = false
  }
  Speech.speak(text, { language, ...deviceVoice[emotion], onDone: over, onStopped: over, onError: over })
  return {
    face: (): FaceInput | undefined => (speaking ? murmur(Date.now()) : undefined),
    byDevice: true,
    stop: () => void Speech.stop(),
  }
}

/** Nobody tells how loud the device's voice is: some four syllables a second. */
function murmur(nowMs: number): FaceInput {
  const syllables =
    Math.sin((nowMs / 1000) * Math.PI * 2 * 4.1) * Math.sin((nowMs / 1000) * Math.PI * 2 * 1.3)
  return { energy: 0.5 + 0.2 * syllables, speaking: true }
}
