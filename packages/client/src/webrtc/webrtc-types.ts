/** What a page tells of its WebRTC leg, and what of the browser is used for it. No code. */

export type VoiceTransport = 'websocket' | 'webrtc' | 'auto'

export interface WebrtcOptions {
  /**
   * The microphone, asked for at each connection; the stream stays the page's, to mute and to stop. Without it the call
   * only listens.
   */
  readonly microphone?: () => MediaStream | Promise<MediaStream>
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
    }
  | {
      readonly took: 'websocket'
      /** Why not WebRTC, where that was tried. */
      readonly why?: string
    }

/** The part of the browser that a call needs. */
export interface RtcSurroundings {
  readonly createConnection: (configuration: RTCConfiguration) => RTCPeerConnection
  readonly createStream: (track: MediaStreamTrack) => MediaStream
  readonly fetch: typeof fetch
  /** Runs once after `ms` unless cancelled. */
  readonly after: (ms: number, run: () => void) => () => void
}
