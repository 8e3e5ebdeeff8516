/**
 * The far end's track at the loudspeaker, and the account of what was heard back: what `playThrough` is to sound that
 * comes over a socket. What was taken back is silenced at once, with what the browser still holds of it.
 */
import type { VoiceClient } from '../voice-types.js'
import { createTrackPlayhead } from './track-playhead.js'
import type { TookTransport } from './webrtc-types.js'

export interface PlayTrackOptions {
  /** Plays the sound; it need not be in the page. Some browsers only let it begin after a click. */
  readonly element: HTMLAudioElement
  /** Runs `look` every so often until the returned function is called. Default: every 50 ms. */
  readonly every?: (look: () => void) => () => void
}

const LOOK_EVERY_MS = 50
/** 18 dB less, as the player of sockets ducks. */
const DUCKED = 0.126

/** Plays whatever calls the client makes; returns how to stop. */
export function playTrack(
  client: Pick<VoiceClient, 'on' | 'played'>,
  { element, every = everyLook }: PlayTrackOptions,
): () => void {
  const playhead = createTrackPlayhead()
  let receiver: RTCRtpReceiver | undefined

  function take(took: TookTransport): void {
    receiver = took.took === 'webrtc' ? took.receiver : undefined
    playhead.clear()
    element.srcObject = took.took === 'webrtc' ? took.stream : null
    element.muted = false
    if (took.took !== 'webrtc') return
    // Refused without a click of the person; the page's own button plays it then.
    void element.play().catch(() => {})
  }

  function silence(reply?: string): void {
    playhead.clear(reply)
    element.muted = true
  }

  function look(): void {
    const [source] = receiver?.getSynchronizationSources() ?? []
    const heard = playhead.look(source?.rtpTimestamp)
    if (heard !== undefined) client.played(heard.reply, heard.ms)
  }

  const leave = [
    every(look),
    client.on('transport', take),
    client.on('audio-begin', ({ reply, fromMs }) => {
      element.muted = false
      playhead.begin(reply, fromMs)
    }),
    client.on('reply-sent', ({ reply, totalMs }) => playhead.end(reply, totalMs)),
    client.on('clear', ({ reply }) => silence(reply)),
    client.on('interrupting', () => silence()),
    client.on('duck', ({ on }) => {
      element.volume = on ? DUCKED : 1
    }),
  ]
  return () => {
    for (const each of leave) each()
    element.srcObject = null
  }
}

function everyLook(look: () => void): () => void {
  const timer = setInterval(look, LOOK_EVERY_MS)
  return () => clearInterval(timer)
}
