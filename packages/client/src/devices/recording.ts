/** A recording in place of the microphone: the same worklet, at the pace of speech, then silence for the gateway. */
import { ClientError } from '../client-error.js'
import {
  type AudioSource,
  type CaptureOptions,
  createCaptureNode,
  createSourceEvents,
} from './audio-source.js'
import { loadWorklet, type WorkletSource } from './worklet.js'

export interface RecordingOptions extends CaptureOptions, WorkletSource {
  /** Bytes of an audio file, or where to fetch it. */
  readonly recording: ArrayBuffer | string | URL
  readonly label?: string
  /** Silence after the last sample, in which the gateway notices the end of the turn. Default 3000 ms. */
  readonly tailMs?: number
  /** How loud the person hears it, 0–1. Default 0: not at all. */
  readonly monitorGain?: number
}

const DEFAULT_TAIL_MS = 3_000

/** Begins to play at once; `ended` comes after the tail. Rejects with `bad-recording` or the worklet's faults. */
export async function openRecording(options: RecordingOptions): Promise<AudioSource> {
  const { context } = options
  const events = createSourceEvents()
  const buffer = await decode(context, options.recording)
  await loadWorklet(context, options)
  const player = new AudioBufferSourceNode(context, { buffer })
  const monitor = new GainNode(context, { gain: options.monitorGain ?? 0 })
  const frameMs = options.frameMs ?? 20
  // Counted in frames, not by a timer: a suspended context plays nothing and must not end.
  let framesLeft = Math.ceil((buffer.duration * 1000 + (options.tailMs ?? DEFAULT_TAIL_MS)) / frameMs)
  let muted = false
  let over = false

  const capture = createCaptureNode(options, message => {
    if (over) return
    if (!muted) events.emit('frame', message)
    if (--framesLeft > 0) return
    close()
    events.emit('ended', {})
  })

  function close(): void {
    if (over) return
    over = true
    player.stop()
    player.disconnect()
    monitor.disconnect()
    capture.stop()
  }

  player.connect(capture.node)
  player.connect(monitor).connect(context.destination)
  player.start()
  return {
    sampleRate: capture.sampleRate,
    label: options.label ?? '',
    silenced: false,
    get muted() {
      return muted
    },
    set muted(next) {
      muted = next
    },
    on: events.on,
    close,
  }
}

async function decode(context: AudioContext, recording: ArrayBuffer | string | URL): Promise<AudioBuffer> {
  try {
    // `decodeAudioData` takes the bytes away from their owner, so it gets a copy.
    const bytes = recording instanceof ArrayBuffer ? recording.slice(0) : await download(recording)
    return await context.decodeAudioData(bytes)
  } catch (cause) {
    throw new ClientError('bad-recording', undefined, { cause })
  }
}

async function download(url: string | URL): Promise<ArrayBuffer> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`HTTP ${response.status} for ${String(url)}`)
  return response.arrayBuffer()
}
