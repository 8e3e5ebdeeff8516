/** What speaks for the person: a microphone or a recording, cut into frames by the capture worklet. */
import type { ClientError } from '../client-error.js'
import { createEmitter, type Emitter } from '../emitter.js'
import { CAPTURE_PROCESSOR, type CaptureMessage, type CaptureSettings } from '../worklet/messages.js'

export interface AudioSourceEvents {
  /** 20 ms of PCM16, which belongs to the listener, and its level. */
  frame: CaptureMessage
  /** No frame will follow: the recording is over or the microphone is gone. */
  ended: { readonly error?: ClientError }
  /** Another microphone took the place of one that was unplugged. */
  'device-changed': { readonly label: string }
  /** The system took the sound away (a phone call, another page) or gave it back; frames go on, in silence. */
  silenced: { readonly on: boolean }
}

export interface AudioSource {
  readonly sampleRate: number
  /** What is heard, for people: the microphone's or the recording's name. */
  readonly label: string
  /** The system has taken the sound away, as `silenced` tells; it may have done so before the microphone was opened. */
  readonly silenced?: boolean
  /** No frames are told while muted (push to talk). */
  muted: boolean
  on: Emitter<AudioSourceEvents>['on']
  close(): void
}

export interface CaptureOptions {
  readonly context: AudioContext
  /** Rate of the frames, Hz. Default 16000. */
  readonly sampleRate?: number
  readonly frameMs?: number
}

export const DEFAULT_CAPTURE_RATE = 16_000
const DEFAULT_FRAME_MS = 20

export interface CaptureNode {
  readonly node: AudioWorkletNode
  readonly sampleRate: number
  stop(): void
}

/** A capture node that runs until `stop`, connected so that the context pulls it; it puts out silence. */
export function createCaptureNode(
  options: CaptureOptions,
  frame: (message: CaptureMessage) => void,
): CaptureNode {
  const { context, sampleRate = DEFAULT_CAPTURE_RATE, frameMs = DEFAULT_FRAME_MS } = options
  const node = new AudioWorkletNode(context, CAPTURE_PROCESSOR, {
    numberOfInputs: 1,
    numberOfOutputs: 1,
    outputChannelCount: [1],
    processorOptions: { frameRate: sampleRate, frameMs } satisfies CaptureSettings,
  })
  node.port.onmessage = (event: MessageEvent<CaptureMessage>) => frame(event.data)
  node.connect(context.destination)
  return {
    node,
    sampleRate,
    stop() {
      node.port.onmessage = null
      node.port.postMessage('stop')
      node.disconnect()
    },
  }
}

export const createSourceEvents = () => createEmitter<AudioSourceEvents>()
