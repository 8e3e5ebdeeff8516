/** A browser's WebRTC and the gateway's answers to it, both played by the test. */
import type { Environment } from '../environment.js'
import type { RtcSurroundings } from '../webrtc/webrtc-types.js'

export type VirtualCall = ReturnType<typeof createCall>

export interface VirtualRtc {
  readonly calls: VirtualCall[]
  readonly asked: { method: string; path: string; body: unknown; rights: string | null }[]
  readonly surroundings: RtcSurroundings
}

/** A connection as far as the client looks at it; the test says when its channel opens and what comes over it. */
function createCall() {
  const channel = {
    readyState: 'connecting',
    bufferedAmount: 0,
    sent: [] as { type: string }[],
    onopen: () => {},
    onmessage: (_: { data: string }) => {},
    onclose: () => {},
    send: (text: string) => void channel.sent.push(JSON.parse(text)),
  }
  const track = {}
  const connection = {
    closed: false,
    connectionState: 'new',
    onconnectionstatechange: () => {},
    iceGatheringState: 'complete',
    localDescription: {
      sdp: 'v=0\r\nm=audio 9 X 111\r\na=ice-ufrag:u\r\na=candidate:1 1 udp 1 192.0.2.1 5 typ host\r\n',
    },
    ontrack: (_: object) => {},
    createDataChannel: () => channel,
    added: [] as unknown[],
    addTransceiver() {},
    addTrack: (added: unknown) => void connection.added.push(added),
    setLocalDescription: async () => {},
    setRemoteDescription: async () => connection.ontrack({ track, receiver: { name: 'receiver' } }),
    close() {
      connection.closed = true
    },
  }
  return {
    connection,
    channel,
    open() {
      channel.readyState = 'open'
      channel.onopen()
    },
    say: (message: object) => channel.onmessage({ data: JSON.stringify(message) }),
  }
}

export function createVirtualRtc({ after }: Pick<Environment, 'after'>, offerStatus = 201): VirtualRtc {
  const calls: VirtualCall[] = []
  const asked: VirtualRtc['asked'] = []
  const answer = async (input: unknown, init: RequestInit = {}) => {
    const { method = 'GET', body, headers } = init
    asked.push({
      method,
      path: new URL(String(input)).pathname,
      body,
      rights: new Headers(headers).get('authorization'),
    })
    if (method === 'GET') return Response.json({ iceServers: [{ urls: 'stun:a.example' }] })
    if (method !== 'POST') return new Response(null, { status: 204 })
    if (offerStatus !== 201)
      return Response.json({ error: { code: 'unauthenticated', message: '' } }, { status: offerStatus })
    const place = { location: '/v1/webrtc/rtc_1', etag: '"e"' }
    return new Response('the answer', { status: 201, headers: place })
  }
  const surroundings: RtcSurroundings = {
    after,
    fetch: answer as typeof fetch,
    createStream: track => ({ track }) as unknown as MediaStream,
    createConnection() {
      const call = createCall()
      calls.push(call)
      return call.connection as unknown as RTCPeerConnection
    },
  }
  return { calls, asked, surroundings }
}
