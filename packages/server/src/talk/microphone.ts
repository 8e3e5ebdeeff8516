import type { Cancel, Clock } from '@parley/core'

/**
 * A microphone that plays a recording: a frame every 20 ms from the moment it opens until it closes, silence where the
 * recording has nothing, as a real one does. Frames keep to the clock: a late timer is caught up, never added to.
 */
export interface Microphone {
  /** Speaks the recording from now on. Resolves once its last frame was sent. */
  speak(samples: Int16Array): Promise<void>
  close(): void
}

export interface MicrophoneOptions {
  readonly clock: Clock
  /** Hz. */
  readonly sampleRate: number
  /** The frame is only valid during the call. */
  readonly send: (samples: Int16Array) => void
}

const FRAME_MS = 20

export function openMicrophone({ clock, sampleRate, send }: MicrophoneOptions): Microphone {
  const frameSamples = (sampleRate * FRAME_MS) / 1000
  const silence = new Int16Array(frameSamples)
  const openedMs = clock.now()
  let sent = 0
  let recording: { readonly samples: Int16Array; place: number; readonly done: () => void } | undefined
  let cancel: Cancel = () => undefined

  function nextFrame(): Int16Array {
    if (!recording) return silence
    const frame = recording.samples.subarray(recording.place, recording.place + frameSamples)
    recording.place += frameSamples
    if (recording.place >= recording.samples.length) {
      recording.done()
      recording = undefined
    }
    return frame
  }

  function tick(): void {
    const due = Math.floor((clock.now() - openedMs) / FRAME_MS)
    for (; sent < due; sent++) send(nextFrame())
    cancel = clock.after(Math.max(0, openedMs + (sent + 1) * FRAME_MS - clock.now()), tick)
  }

  tick()
  return {
    speak: samples =>
      new Promise(resolve => {
        recording?.done()
        if (samples.length === 0) return resolve()
        recording = { samples, place: 0, done: resolve }
      }),
    close() {
      cancel()
      recording?.done()
      recording = undefined
    },
  }
}
