/**
 * Which of the two ways a connection takes. `auto` begins with WebRTC; where that has not come about in time, as behind
 * firewalls that let no UDP through, it takes the WebSocket, now and for the rest of the client's life.
 */
import type { SocketLike } from '../environment.js'
import type { CarriedSocket } from './carried-socket.js'
import { openRtcSocket } from './rtc-socket.js'
import { createTrackPlayer } from './track-player.js'
import type { RtcSurroundings, TookTransport, VoiceTransport, WebrtcOptions } from './webrtc-types.js'

export interface ChoiceOptions {
  readonly transport: Exclude<VoiceTransport, 'websocket' | 'socketio'>
  readonly webrtc: WebrtcOptions
  readonly surroundings: RtcSurroundings
  readonly openWebSocket: (url: string, protocols: readonly string[]) => SocketLike
  readonly onTook: (took: TookTransport) => void
}

/** Opens one of the two in `carried`. */
export type ChooseSocket = (carried: CarriedSocket, url: string, protocols: readonly string[]) => void

const FALL_BACK_AFTER_MS = 2_000
const CONNECTING = 0
const CLOSED = 3
/** As a socket that cannot be made. */
const LOST_CODE = 1006
/** Any code that does not end the session. */
const LEFT_CODE = 4_000

export function createSocketChoice(options: ChoiceOptions): ChooseSocket {
  const { transport, webrtc, surroundings, openWebSocket, onTook } = options
  let blocked: string | undefined

  return (outer, url, protocols) => {
    const { socket } = outer
    let stopWaiting = () => {}

    function takeWebSocket(why: string): void {
      blocked = why
      outer.carry(openWebSocket(url, protocols), { opened: () => onTook({ took: 'websocket', why }) })
    }

    function fallBack(why: string, rtc: SocketLike): void {
      stopWaiting()
      rtc.onopen = rtc.onmessage = rtc.onclose = null
      rtc.close(LEFT_CODE, why)
      takeWebSocket(why)
    }

    async function begin(): Promise<void> {
      if (blocked !== undefined) return takeWebSocket(blocked)
      const microphone = await webrtc.microphone?.()
      if (socket.readyState === CLOSED) return
      let sound: { stream: MediaStream; receiver: RTCRtpReceiver } | undefined
      const rtc = openRtcSocket({
        url,
        protocols,
        microphone,
        iceServers: webrtc.iceServers,
        surroundings,
        onSound: (stream, receiver) => {
          sound = { stream, receiver }
        },
      })
      outer.carry(rtc, {
        opened() {
          stopWaiting()
          if (sound === undefined) return
          const track = sound
          onTook({ took: 'webrtc', ...track, openPlayer: how => createTrackPlayer(track, how) })
        },
        // What a gateway refuses it refuses on the other way as well.
        diverts: ({ code, reason }) => {
          stopWaiting()
          const isFault = transport === 'auto' && socket.readyState === CONNECTING && !isRefusal(code)
          if (isFault) takeWebSocket(reason)
          return isFault
        },
      })
      if (transport !== 'auto') return
      const afterMs = webrtc.fallBackAfterMs ?? FALL_BACK_AFTER_MS
      stopWaiting = surroundings.after(afterMs, () => fallBack(`no call within ${afterMs} ms`, rtc))
    }

    begin().catch((thrown: unknown) => {
      const why = thrown instanceof Error ? thrown.message : 'failed'
      if (transport === 'auto' && socket.readyState === CONNECTING) takeWebSocket(why)
      else outer.lose(LOST_CODE, why)
    })
    outer.onLeave = () => stopWaiting()
  }
}

function isRefusal(code: number): boolean {
  return code >= 4400 && code <= 4499
}
