/** What a stream of `/prosody` hears: this page's microphone, or a recording at the pace of speech, also aloud. */
import {
  ClientError,
  createAudioContext,
  openMicrophone,
  openRecording,
  resumeOnGesture,
} from '@parley/client'
import type { OpenMicrophone, ProsodySource } from '@parley/react'
import { workletSource } from '../session/sound.js'

const MONITOR_GAIN = 0.8
/** Silence in which the last utterance ends. */
const TAIL_MS = 1_500

export function microphoneSource(): OpenMicrophone {
  return ({ sampleRate }) => withContext(context => openMicrophone({ context, sampleRate, ...workletSource }))
}

/** `unreadable` is told where the browser finds no sound in it. */
export function recordingSource(recording: ArrayBuffer, unreadable: () => void): OpenMicrophone {
  return ({ sampleRate }) =>
    withContext(context =>
      openRecording({
        context,
        sampleRate,
        recording,
        tailMs: TAIL_MS,
        monitorGain: MONITOR_GAIN,
        ...workletSource,
      }),
    ).catch(thrown => {
      if (thrown instanceof ClientError && thrown.code === 'bad-recording') unreadable()
      throw thrown
    })
}

/** The context is made while it is still the person's click, and closed with what was opened in it. */
async function withContext(
  open: (context: AudioContext) => ReturnType<typeof openMicrophone>,
): Promise<ProsodySource> {
  const context = createAudioContext()
  const stopResuming = resumeOnGesture(context)
  function release(): void {
    stopResuming()
    context.close().catch(() => {})
  }
  try {
    const source = await open(context)
    source.on('ended', release)
    return {
      sampleRate: source.sampleRate,
      on: source.on,
      close() {
        source.close()
        release()
      },
    }
  } catch (thrown) {
    release()
    throw thrown
  }
}
