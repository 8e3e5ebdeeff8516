/** What tests of calls share: a far end on another WebRTC stack, a world, and sound that can be measured. */
import { type AudioFrame, loadOpus, type OpusDecoder, type OpusEncoder, sine } from '@parley/audio'
import { createTicker, type ParleyError, systemClock } from '@parley/core'
import { MediaStreamTrack, type RTCDataChannel, RTCPeerConnection, RtpHeader, RtpPacket } from 'werift'
import type { RtcEnd } from './rtc-connection.js'
import { loadRtcLibrary } from './rtc-library.js'
import {
  openRtcPeer,
  type RtcPeer,
  type RtcPeerHandlers,
  type RtcPeerOptions,
  type RtcWorld,
} from './rtc-peer.js'

/** Waits for a condition, not for time. */
export async function until(holds: () => boolean, what = 'the condition'): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    if (holds()) return
    await new Promise(resolve => setImmediate(() => systemClock.after(5, () => resolve(undefined))))
  }
  throw new Error(`${what} did not come about.`)
}

export async function rtcWorld(): Promise<RtcWorld> {
  const [library, opus] = await Promise.all([loadRtcLibrary(), loadOpus()])
  let seed = 1
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 32
  }
  return { library, opus, clock: systemClock, ticker: createTicker(systemClock), random }
}

/** Handlers that keep what they are told. */
export function keepingHandlers() {
  const kept = {
    heard: [] as { samples: Int16Array; rate: number; atMs: number }[],
    messages: [] as string[],
    told: [] as string[],
    ends: [] as { end: RtcEnd; error: ParleyError | undefined }[],
  }
  const handlers: RtcPeerHandlers = {
    audio: ({ samples, rate, atMs }: AudioFrame) => kept.heard.push({ samples: samples.slice(), rate, atMs }),
    message: text => kept.messages.push(text),
    connected: () => {},
    channelOpen: () => kept.told.push('open'),
    channelClosed: () => kept.told.push('closed'),
    started: () => kept.told.push('started'),
    drained: () => kept.told.push('drained'),
    ended: (end, error) => kept.ends.push({ end, error }),
  }
  return { kept, handlers }
}

export interface FarEnd {
  readonly connection: RTCPeerConnection
  readonly channel: RTCDataChannel | undefined
  readonly messages: string[]
  /** RTP packets of ours that came. */
  readonly packets: RtpPacket[]
  offer(): Promise<string>
  accept(answerSdp: string): Promise<void>
  /** One packet; sequence, time and marker go on by themselves. */
  sendPacket(payload: Uint8Array): void
  close(): Promise<void>
}

export interface FarEndOptions {
  readonly audio?: boolean
  readonly label?: string | null
}

/** A far end on werift: another implementation than ours of everything below the sound. */
export function openFarEnd({ audio = true, label = 'oai-events' }: FarEndOptions = {}): FarEnd {
  const connection = new RTCPeerConnection({})
  const track = new MediaStreamTrack({ kind: 'audio' })
  const packets: RtpPacket[] = []
  const messages: string[] = []
  if (audio) {
    const transceiver = connection.addTransceiver(track, { direction: 'sendrecv' })
    transceiver.onTrack.subscribe(theirs =>
      theirs.onReceiveRtp.subscribe(packet => packets.push(packet.clone())),
    )
  }
  const channel = label === null ? undefined : connection.createDataChannel(label)
  channel?.onMessage.subscribe(data => messages.push(data.toString()))
  let sequenceNumber = 65_530
  let timestamp = 2 ** 32 - 4_800
  return {
    connection,
    channel,
    messages,
    packets,
    async offer() {
      await connection.setLocalDescription(await connection.createOffer())
      return connection.localDescription?.sdp ?? ''
    },
    accept: sdp => connection.setRemoteDescription({ type: 'answer', sdp }),
    sendPacket(payload) {
      const header = new RtpHeader({ payloadType: 96, sequenceNumber, timestamp, ssrc: 77 })
      track.writeRtp(new RtpPacket(header, Buffer.from(payload)))
      sequenceNumber = (sequenceNumber + 1) & 0xffff
      timestamp = (timestamp + 960) % 2 ** 32
    },
    close: async () => void (await connection.close()),
  }
}

export interface Connected {
  readonly far: FarEnd
  readonly peer: RtcPeer
  readonly kept: ReturnType<typeof keepingHandlers>['kept']
  close(): Promise<void>
}

/** A call between us and werift, connected. */
export async function connect(
  world: RtcWorld,
  farOptions: FarEndOptions = {},
  options: Partial<RtcPeerOptions> = {},
): Promise<Connected> {
  const far = openFarEnd(farOptions)
  const { kept, handlers } = keepingHandlers()
  const peer = await openRtcPeer({
    offerSdp: await far.offer(),
    world,
    handlers,
    channelLabel: 'oai-events',
    ...options,
  })
  await far.accept(peer.answerSdp)
  await until(() => far.connection.connectionState === 'connected', 'the connection')
  if (farOptions.label !== null) await until(() => kept.told.includes('open'), 'the channel')
  return {
    far,
    peer,
    kept,
    async close() {
      peer.close()
      await far.close()
    },
  }
}

/** The tone at `hz`, of so many packets, coded at 48 kHz. */
export function tonePackets(encoder: OpusEncoder, hz: number, count: number): Uint8Array[] {
  const samples = sine({ rate: 48_000, hz, durationMs: count * 20 })
  return Array.from({ length: count }, (_, index) =>
    encoder.encode(samples.subarray(index * 960, (index + 1) * 960)).slice(),
  )
}

export function decodeAll(decoder: OpusDecoder, payloads: readonly Uint8Array[]): Int16Array {
  return joined(payloads.map(payload => decoder.decode(payload).slice()))
}

export function joined(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Frequency of a steady tone by its upward zero crossings. */
export function measuredHz(samples: Int16Array, rate: number): number {
  const crossings: number[] = []
  for (let i = 1; i < samples.length; i++) {
    const [before = 0, after = 0] = [samples[i - 1], samples[i]]
    if (before < 0 && after >= 0) crossings.push(i - after / (after - before))
  }
  const [first = 0, last = 0] = [crossings[0], crossings.at(-1)]
  return ((crossings.length - 1) * rate) / (last - first)
}
