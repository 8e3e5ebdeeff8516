/**
 * A call over WebRTC that says nothing: whether one comes about, by which way, and what the gateway reports of the sound
 * that is sent on it. No `hello` is said, so no conversation begins and nobody is paid.
 */
import { bad, type CheckWorld, good, note, type Outcome, passedOver } from '../check-types.js'
import { pause, within } from '../within.js'
import { rights } from './gateway-steps.js'

const OFFER_MS = 8_000
const CONNECT_MS = 5_000
/** The gateway's second report comes 2.5 s after the beginning. */
const LISTEN_MS = 3_200
const LOSSY_SHARE = 0.02
const JITTERY_MS = 30
const LONG_MS = 300

/** Of the call that `checkWebRtc` left open. */
const calls = new WeakMap<CheckWorld, RTCPeerConnection>()

export async function checkWebRtc(world: CheckWorld): Promise<Outcome> {
  const { iceServers, signal, leave } = world
  const connection = new RTCPeerConnection({ iceServers: [...iceServers] })
  leave.push(() => connection.close())
  addSound(connection, world)
  connection.createDataChannel('parley')
  const beganMs = performance.now()
  await connection.setLocalDescription()
  const answered = await offer(world, connection.localDescription?.sdp ?? '')
  if ('fact' in answered) return answered
  leave.push(() => void hangUp(answered.place, world.token))
  const connected = new Promise<void>((resolve, reject) => {
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === 'connected') resolve()
      if (connection.connectionState === 'failed') reject(new Error('failed'))
    }
  })
  await connection.setRemoteDescription({ type: 'answer', sdp: answered.sdp })
  try {
    await within(CONNECT_MS, signal, connected)
  } catch {
    connection.close()
    const hasRelay = iceServers.some(({ urls }) => /^turns?:/.test([urls].flat().join(' ')))
    return bad(hasRelay ? 'webrtc-blocked-with-turn' : 'webrtc-blocked', { seconds: CONNECT_MS / 1000 })
  }
  calls.set(world, connection)
  const { local, protocol } = await wayOf(connection)
  const values = { ms: Math.round(performance.now() - beganMs), local, protocol }
  return local === 'relay' ? note('webrtc-relayed', values) : good('webrtc-good', values)
}

/** Round trip, jitter and loss of a few seconds of sound to the gateway, by its own reports. */
export async function checkLine(world: CheckWorld): Promise<Outcome> {
  const connection = calls.get(world)
  if (connection === undefined) return passedOver('line-no-call')
  await pause(LISTEN_MS)
  const stats = [...(await connection.getStats()).values()]
  const pair = stats.find(each => each.type === 'candidate-pair' && each.nominated)
  const report = stats.find(each => each.type === 'remote-inbound-rtp')
  const rttMs = (report?.roundTripTime || pair?.currentRoundTripTime || 0) * 1000
  if (report === undefined) return note('line-unreported', { rttMs: round(rttMs) })
  const lossShare = Math.max(0, report.fractionLost ?? 0)
  const values = {
    rttMs: round(rttMs),
    jitterMs: round((report.jitter ?? 0) * 1000),
    lossPercent: round(lossShare * 100),
  }
  if (lossShare > LOSSY_SHARE) return note('line-lossy', values)
  if (values.jitterMs > JITTERY_MS) return note('line-jittery', values)
  return rttMs > LONG_MS ? note('line-slow', values) : good('line-good', values)
}

/** A tone that is sent and never played: packets for the gateway to count, without the microphone. */
function addSound(connection: RTCPeerConnection, { context, leave }: CheckWorld): void {
  if (context === undefined) {
    connection.addTransceiver('audio')
    return
  }
  const tone = new OscillatorNode(context, { frequency: 440 })
  const outlet = new MediaStreamAudioDestinationNode(context, { channelCount: 1 })
  tone.connect(outlet)
  tone.start()
  leave.push(() => tone.stop())
  for (const track of outlet.stream.getAudioTracks()) connection.addTrack(track, outlet.stream)
}

async function offer(
  { origin, token, signal }: CheckWorld,
  body: string,
): Promise<Outcome | { readonly sdp: string; readonly place: string }> {
  const headers = { ...rights(token), 'content-type': 'application/sdp' }
  try {
    const asked = fetch(`${origin}/v1/webrtc`, { method: 'POST', headers, body, signal })
    const response = await within(OFFER_MS, signal, asked)
    if (response.status !== 201) {
      const { error } = (await response.json()) as { error?: { code?: string; message?: string } }
      const values = { code: error?.code, message: error?.message }
      const fact = error?.code === 'encryption_required' ? 'webrtc-unsealed' : 'webrtc-refused'
      return error?.code === 'encryption_required' ? note(fact, values) : bad(fact, values)
    }
    const place = new URL(response.headers.get('location') ?? '', `${origin}/`).href
    return { sdp: await response.text(), place }
  } catch {
    return bad('webrtc-unanswered')
  }
}

async function hangUp(place: string, token: string): Promise<void> {
  await fetch(place, { method: 'DELETE', headers: rights(token), keepalive: true }).catch(() => {})
}

async function wayOf(connection: RTCPeerConnection): Promise<{ local: string; protocol: string }> {
  const stats = await connection.getStats()
  const pair = [...stats.values()].find(each => each.type === 'candidate-pair' && each.nominated)
  const local = stats.get(pair?.localCandidateId ?? '')
  return { local: local?.candidateType ?? 'unknown', protocol: local?.protocol ?? 'udp' }
}

const round = (figure: number) => Math.round(figure * 10) / 10
