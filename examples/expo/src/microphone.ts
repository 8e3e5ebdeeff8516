/**
 * The microphone of iOS and Android as `@parley/react` wants it, by `AudioStream` of expo-audio: PCM16 as it is
 * recorded. It needs a development build; Expo Go has it from SDK 56 on.
 */
import { type OpenMicrophone, ProsodyError, type ProsodySource } from '@parley/react'
import {
  AudioModule,
  type AudioStreamBuffer,
  requestRecordingPermissionsAsync,
  setAudioModeAsync,
} from 'expo-audio'

export const openMicrophone: OpenMicrophone | undefined = async ({ sampleRate }) => {
  const { granted } = await requestRecordingPermissionsAsync()
  if (!granted) throw new ProsodyError('microphone-denied')
  await setAudioModeAsync({ allowsRecording: true, playsInSilentMode: true })
  const stream = new AudioModule.AudioStream({ sampleRate, channels: 1, encoding: 'int16' })
  try {
    await stream.start()
  } catch (cause) {
    throw new ProsodyError('microphone-busy', undefined, { cause })
  }
  let closed = false

  function on(
    name: 'frame',
    listener: (frame: { readonly samples: Int16Array<ArrayBuffer> }) => void,
  ): () => void
  function on(name: 'ended', listener: (end: { readonly error?: unknown }) => void): () => void
  function on(name: 'frame' | 'ended', listener: (event: never) => void): () => void {
    const subscription =
      name === 'frame'
        ? stream.addListener('audioStreamBuffer', buffer => {
            ;(listener as (frame: object) => void)({ samples: monoOf(buffer) })
          })
        : stream.addListener('audioStreamStatus', ({ isStreaming }) => {
            // A phone call or another app took it.
            if (!isStreaming && !closed)
              (listener as (end: object) => void)({ error: new ProsodyError('microphone-lost') })
          })
    return () => subscription.remove()
  }

  const source: ProsodySource = {
    // The hardware may have chosen another.
    sampleRate: stream.sampleRate || sampleRate,
    on,
    close() {
      if (closed) return
      closed = true
      stream.stop()
      stream.release()
    },
  }
  return source
}

/** Whole samples of one channel; of several channels their mean. */
export function monoOf({
  data,
  channels,
}: Pick<AudioStreamBuffer, 'data' | 'channels'>): Int16Array<ArrayBuffer> {
  const all = new Int16Array(data, 0, Math.floor(data.byteLength / 2))
  if (channels <= 1) return all.slice()
  const mono = new Int16Array(Math.floor(all.length / channels))
  for (let i = 0; i < mono.length; i++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += all[i * channels + channel] ?? 0
    mono[i] = sum / channels
  }
  return mono
}
