/** The microphone as a source of PCM16 frames. Survives unplugging where another microphone is there. */
import { ClientError, type ClientErrorCode } from '../client-error.js'
import {
  type AudioSource,
  type CaptureNode,
  type CaptureOptions,
  createCaptureNode,
  createSourceEvents,
} from './audio-source.js'
import { loadWorklet, type WorkletSource } from './worklet.js'

export interface MicrophoneOptions extends CaptureOptions, WorkletSource {
  /** From `enumerateDevices`; the system's choice without it. */
  readonly deviceId?: string
  /** All true by default. */
  readonly echoCancellation?: boolean
  readonly noiseSuppression?: boolean
  readonly autoGainControl?: boolean
  /** One that the page has open already: it stays the page's, and no other one takes its place. */
  readonly stream?: MediaStream
  /** Hears it as well, as the card gives it, while it is not muted. */
  readonly also?: AudioNode
}

/**
 * Asks for the microphone and begins to send frames. Rejects with `microphone-denied`, `-missing`, `-busy`,
 * `insecure-page`, `unsupported` or `worklet-failed`.
 */
export async function openMicrophone(options: MicrophoneOptions): Promise<AudioSource> {
  const { context, also } = options
  const events = createSourceEvents()
  await loadWorklet(context, options)
  let stream = options.stream ?? (await askForMicrophone(options))
  const letGo = (of: MediaStream) => of !== options.stream && stopTracks(of)
  let input: MediaStreamAudioSourceNode | undefined
  let muted = false
  let silenced = false
  let over = false
  const capture = openCapture()

  function openCapture(): CaptureNode {
    try {
      return createCaptureNode(options, message => {
        if (!muted && !over) events.emit('frame', message)
      })
    } catch (thrown) {
      // The context may be closed by now, as browsers ask for long; the microphone must not stay open for nobody.
      letGo(stream)
      throw thrown
    }
  }

  function listen(to: MediaStream): void {
    stream = to
    input?.disconnect()
    input = sourceOf(context, to)
    input.connect(capture.node)
    if (also !== undefined && !muted) input.connect(also)
    for (const track of to.getAudioTracks()) {
      track.onended = () => void replace(to)
      track.onmute = () => silence(true)
      track.onunmute = () => silence(false)
    }
    // Media Capture: a track may begin muted, as on a phone that is in a call.
    silence(to.getAudioTracks().some(track => track.muted))
  }

  function silence(on: boolean): void {
    if (on === silenced) return
    silenced = on
    events.emit('silenced', { on })
  }

  /** Unplugged or taken away: another microphone goes on in its place, if there is one. */
  async function replace(lost: MediaStream): Promise<void> {
    if (over || lost !== stream) return
    letGo(lost)
    const { deviceId: _unplugged, ...anyDevice } = options
    try {
      if (options.stream !== undefined) throw new Error('the stream of the page ended')
      const next = await askForMicrophone(anyDevice)
      if (over) return stopTracks(next)
      listen(next)
      events.emit('device-changed', { label: labelOf(next) })
    } catch (cause) {
      close()
      // Taken back by the person or the system: nothing was unplugged.
      const denied = cause instanceof ClientError && cause.code === 'microphone-denied'
      const error = denied ? cause : new ClientError('microphone-lost', undefined, { cause })
      events.emit('ended', { error })
    }
  }

  function close(): void {
    if (over) return
    over = true
    input?.disconnect()
    capture.stop()
    letGo(stream)
  }

  try {
    listen(stream)
  } catch (thrown) {
    close()
    throw thrown
  }
  return {
    sampleRate: capture.sampleRate,
    get label() {
      return labelOf(stream)
    },
    get silenced() {
      return silenced
    },
    get muted() {
      return muted
    },
    set muted(next) {
      if (also !== undefined && next !== muted && !over) {
        if (next) input?.disconnect(also)
        else input?.connect(also)
      }
      muted = next
    },
    on: events.on,
    close,
  }
}

/** Firefox joins a microphone only to a context of the same rate. */
function sourceOf(context: AudioContext, stream: MediaStream): MediaStreamAudioSourceNode {
  try {
    return context.createMediaStreamSource(stream)
  } catch (cause) {
    const message = 'The microphone runs at another rate than the page’s sound; begin again.'
    throw new ClientError('unsupported', message, { cause })
  }
}

/** The microphone itself. Rejects as `openMicrophone` does. */
export async function askForMicrophone(
  options: Omit<MicrophoneOptions, 'context'> = {},
): Promise<MediaStream> {
  const devices = globalThis.navigator?.mediaDevices
  if (devices?.getUserMedia === undefined) {
    throw new ClientError(globalThis.isSecureContext === false ? 'insecure-page' : 'unsupported')
  }
  try {
    return await devices.getUserMedia({
      audio: {
        channelCount: 1,
        echoCancellation: options.echoCancellation ?? true,
        noiseSuppression: options.noiseSuppression ?? true,
        autoGainControl: options.autoGainControl ?? true,
        ...(options.deviceId === undefined ? {} : { deviceId: { exact: options.deviceId } }),
      },
    })
  } catch (cause) {
    throw new ClientError(microphoneFault(cause), undefined, { cause })
  }
}

/** The names are those of the Media Capture specification, getUserMedia(), step by step. */
export function microphoneFault(thrown: unknown): ClientErrorCode {
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'microphone-denied'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'microphone-missing'
  if (name === 'NotReadableError' || name === 'AbortError') return 'microphone-busy'
  return 'unsupported'
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) {
    track.onended = track.onmute = track.onunmute = null
    track.stop()
  }
}

function labelOf(stream: MediaStream): string {
  return stream.getAudioTracks()[0]?.label ?? ''
}
