/** What a page tells of its WebRTC leg, and what of the browser is used for it. No code. */
import type { Player } from '../devices/player.js'

export type VoiceTransport = 'websocket' | 'webrtc' | 'auto' | 'socketio'

export interface WebrtcOptions {
  /**
   * The microphone, asked for at each connection; the stream stays the page's, to mute and to stop. Without it the call
   * only listens; `createVoice` gives its own.
   */
  readonly microphone?: () => MediaStream | undefined | Promise<MediaStream | undefined>
  /** Default: those of the gateway (`GET /v1/webrtc/ice`). */
  readonly iceServers?: readonly RTCIceServer[]
  /** How long `auto` waits for WebRTC before it takes the WebSocket, ms. Default 2000. */
  readonly fallBackAfterMs?: number
}

/** Which way a connection took. */
export type TookTransport =
  | {
      readonly took: 'webrtc'
      /** The far end's sound. */
      readonly stream: MediaStream
      readonly receiver: RTCRtpReceiver
      /** Plays it, in the place of a `createPlayer`. */
      readonly openPlayer: (options: TrackPlayerOptions) => Player
    }
  | {
      readonly took: 'websocket' | 'socketio'
      /** Why not WebRTC, where that was tried. */
      readonly why?: string
    }

export interface TrackPlayerOptions {
  /** Plays the sound; it need not be in the page. */
  readonly element: HTMLAudioElement
  /** Runs `look` every so often until the returned function is called. Default: every 50 ms. */
  readonly every?: (look: () => void) => () => void
  /** Default `performance.now()`. */
  readonly now?: () => number
}

/** The part of the browser that a call needs. */
export interface RtcSurroundings {
  readonly createConnection: (configuration: RTCConfiguration) => RTCPeerConnection
  readonly createStream: (track: MediaStreamTrack) => MediaStream
  readonly fetch: typeof fetch
  /** Runs once after `ms` unless cancelled. */
  readonly after: (ms: number, run: () => void) => () => void
}
