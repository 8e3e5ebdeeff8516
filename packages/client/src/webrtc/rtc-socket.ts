/**
 * A call to the gateway in the shape of a socket: text on the data channel, sound on the tracks, so that whoever speaks
 * the voice protocol need not know which of the two it has. Sound that is sent as bytes goes nowhere: the microphone is
 * on the track.
 *
 * Invariant: `onclose` is told once, never after `close`, and nothing of the call is left behind it.
 */
import type { SocketLike } from '../environment.js'
import { type CallPlace, createCallDesk, fragmentOf } from './call-desk.js'
import { codeOfError, codeOfLast, LOST_CODE } from './close-codes.js'
import type { RtcSurroundings } from './webrtc-types.js'

export interface RtcSocketOptions {
  /** ws(s) address of the gateway, and what is offered to it, as for a socket. */
  readonly url: string
  readonly protocols: readonly string[]
  readonly microphone: MediaStream | undefined
  /** Default: those of the gateway. */
  readonly iceServers: readonly RTCIceServer[] | undefined
  readonly surroundings: RtcSurroundings
  readonly onSound: (stream: MediaStream, receiver: RTCRtpReceiver) => void
}

const VOICE_CHANNEL = 'parley'
/** Time for `bye` to leave, ms. */
const FAREWELL_MS = 200
const MEANT_CODE = 1000
/**
 * A way that fell silent may come back by itself; after so long the call is given up and the session goes on over another,
 * long before the browser would say `failed` (some 15 s), ms. ICE is not restarted within a call: the gateway's stack cannot.
 */
const SILENT_MS = 2_000

export function openRtcSocket(options: RtcSocketOptions): SocketLike {
  const { surroundings, microphone } = options
  const token = options.protocols.find(each => each.startsWith('bearer.'))?.slice('bearer.'.length)
  const desk = createCallDesk(options.url, token, surroundings)
  let connection: RTCPeerConnection | undefined
  let channel: RTCDataChannel | undefined
  let place: CallPlace | undefined
  let lastCode: number | undefined
  let over = false

  const socket: SocketLike & { readyState: number } = {
    binaryType: 'arraybuffer',
    readyState: 0,
    get bufferedAmount() {
      return channel?.bufferedAmount ?? 0
    },
    onopen: null,
    onmessage: null,
    onerror: null,
    onclose: null,
    send(message) {
      if (typeof message === 'string' && channel?.readyState === 'open') channel.send(message)
    },
    close(code) {
      if (over) return
      over = true
      socket.readyState = 3
      const leave = () => connection?.close()
      if (code !== MEANT_CODE) return leave()
      surroundings.after(FAREWELL_MS, () => {
        if (place !== undefined) void desk.end(place)
        leave()
      })
    },
  }

  function lose(code: number, reason: string): void {
    if (over) return
    over = true
    socket.readyState = 3
    connection?.close()
    socket.onclose?.({ code, reason })
  }

  function listen(made: RTCPeerConnection): void {
    made.ontrack = ({ track, receiver }) => options.onSound(surroundings.createStream(track), receiver)
    let stopWaiting = () => {}
    made.onconnectionstatechange = () => {
      stopWaiting()
      const noWay = () => lose(lastCode ?? LOST_CODE, 'no way to the gateway')
      if (made.connectionState === 'failed') noWay()
      if (made.connectionState === 'disconnected') stopWaiting = surroundings.after(SILENT_MS, noWay)
    }
    channel = made.createDataChannel(VOICE_CHANNEL)
    channel.onopen = () => {
      if (over) return
      socket.readyState = 1
      socket.onopen?.()
    }
    channel.onmessage = ({ data: content }) => {
      if (over) return
      lastCode = codeOfLast(String(content)) ?? lastCode
      socket.onmessage?.({ data: content })
    }
    channel.onclose = () => lose(lastCode ?? LOST_CODE, 'the channel closed')
  }

  function addMicrophone(made: RTCPeerConnection): void {
    const [track] = microphone?.getAudioTracks() ?? []
    if (track === undefined || microphone === undefined)
      made.addTransceiver('audio', { direction: 'recvonly' })
    else made.addTrack(track, microphone)
  }

  async function call(): Promise<void> {
    const iceServers = [...(options.iceServers ?? (await desk.iceServers()))]
    if (over) return
    const made = surroundings.createConnection({ iceServers })
    connection = made
    listen(made)
    addMicrophone(made)
    await made.setLocalDescription()
    // The gateway is found by its own addresses: ours need not be known before it answers.
    const offered = await desk.offer(made.localDescription?.sdp ?? '')
    if (!offered.ok) return lose(codeOfError(offered.code), offered.code)
    place = offered.place
    if (over) return desk.end(place)
    await made.setRemoteDescription({ type: 'answer', sdp: offered.answer })
    tellAddresses(made, offered.place)
  }

  /** All at once, when they are known: only a gateway that cannot be reached needs them. */
  function tellAddresses(made: RTCPeerConnection, at: CallPlace): void {
    const tell = () => {
      if (made.iceGatheringState !== 'complete' || over) return
      made.onicegatheringstatechange = null
      const fragment = fragmentOf(made.localDescription?.sdp ?? '')
      if (fragment !== undefined) void desk.trickle(at, fragment)
    }
    made.onicegatheringstatechange = tell
    tell()
  }

  call().catch((thrown: unknown) => lose(LOST_CODE, thrown instanceof Error ? thrown.message : 'failed'))
  return socket
}
