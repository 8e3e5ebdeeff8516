/** The sound of a call both ways: a track of the library, the packets on it, and the beat that drives them. */
import type { AudioFrame, Opus, OpusRate } from '@parley/audio'
import { type Clock, ParleyError } from '@parley/core'
import type { Track } from 'node-datachannel'
import { createLeakyBucket } from '../ws/leaky-bucket.js'
import { createAudioReceiver, type ReceiveCounts } from './audio-receiver.js'
import { createAudioSender, type SendCounts } from './audio-sender.js'
import { createFarSilence } from './far-silence.js'
import { createLossReadyEncoder, type LossReadyEncoder } from './loss-ready-encoder.js'
import type { RtcConnection } from './rtc-connection.js'
import type { RtcLibrary } from './rtc-library.js'
import type { RtcLimits } from './rtc-limits.js'
import { createRtcpLine, type RtcpLine } from './rtcp-line.js'
import {
  type OpusVoice,
  openG711Decoder,
  openG711Encoder,
  openOpusDecoder,
  openOpusEncoder,
  type RtpDecoder,
  type RtpEncoder,
} from './rtp-codec.js'
import { isRtcp } from './rtp-packet.js'
import type { MediaDirection, OfferedAudio } from './sdp-offer.js'

export interface RtcAudioOptions {
  readonly library: RtcLibrary
  readonly connection: RtcConnection
  readonly offered: OfferedAudio
  readonly opus: Opus
  readonly clock: Clock
  /** Evenly distributed in [0, 1). */
  readonly random: () => number
  readonly limits: RtcLimits
  /** Hz of the sound that is heard and given, where the codec is Opus; G.711 is 8000 both ways. */
  readonly listenRate: OpusRate
  readonly speakRate: OpusRate
  readonly voice: OpusVoice
  /** Asks the far end to send nothing while nobody speaks (RFC 7587, 6.1). */
  readonly wantsDtx: boolean
  hear(frame: AudioFrame): void
  onStarted(): void
  onDrained(): void
}

export interface RtcAudio {
  readonly codec: OfferedAudio['codec']['name']
  /** Hz of the frames that `play` takes. */
  readonly speakRate: number
  /** Of the codec that speaks, ms. */
  readonly lookaheadMs: number
  /** By RTCP; undefined until the far end reported. */
  readonly rttMs: number | undefined
  /** Share of our packets the far end lost lately, 0–1; undefined until it reported. */
  readonly farLossShare: number | undefined
  readonly queuedMs: number
  readonly counts: { readonly received: ReceiveCounts; readonly sent: SendCounts }
  play(frame: AudioFrame): void
  end(): void
  clear(): number
  beat(nowMs: number): void
  close(): void
}

const CNAME = 'parley'
const answered = {
  sendrecv: 'SendRecv',
  sendonly: 'RecvOnly',
  recvonly: 'SendOnly',
  inactive: 'Inactive',
} as const satisfies Record<MediaDirection, string>

/** Puts the track into the connection; to be called before the answer is made. */
export async function openRtcAudio(options: RtcAudioOptions): Promise<RtcAudio> {
  const { offered, connection } = options
  const { decoder, encoder } = await openCodec(options)
  if (connection.isOver) {
    decoder.close()
    encoder.close()
    throw new ParleyError('timeout', 'The call ended before it was answered.')
  }
  const { random, limits, clock } = options
  const ssrc = Math.floor(random() * 2 ** 32)
  const native = addTrack(options, ssrc)
  let open = false
  const send = (bytes: Uint8Array) => open && trySend(native, bytes)
  const receiver = createAudioReceiver({
    decoder,
    payloadType: offered.codec.payloadType,
    limits,
    hear: boundedHearing(options),
  })
  const sender = createAudioSender({
    encoder,
    payloadType: offered.codec.payloadType,
    ssrc,
    firstSequence: Math.floor(random() * 2 ** 16),
    firstTimestamp: Math.floor(random() * 2 ** 32),
    maxQueuedMs: limits.maxQueuedMs,
    send,
    onStarted: options.onStarted,
    onDrained: options.onDrained,
  })
  const rtcp = createRtcpLine({ sender, receiver, cname: CNAME, everyMs: limits.reportMs, send })
  const packets = createLeakyBucket(clock, limits.packetsPerSecond, limits.packetBurst)
  const silence = createFarSilence(limits.silentMs)
  let lastReport: RtcpLine['far']
  // Without a listener the library keeps the track, and with it the process, for ever.
  native.onClosed(() => {})
  native.onOpen(
    connection.guard(() => {
      open = true
    }),
  )
  native.onMessage(
    connection.guard(bytes => {
      const now = clock.now()
      if (!packets.add(1)) return connection.end('error', tooMuch('Packets'))
      const isReport = isRtcp(bytes)
      silence.heard(isReport)
      if (isReport) {
        rtcp.take(bytes, now)
        if (rtcp.far !== undefined && rtcp.far !== lastReport) encoder.noteLoss?.(rtcp.far.lossShare)
        lastReport = rtcp.far
      } else receiver.take(bytes, now)
    }),
  )
  return {
    codec: offered.codec.name,
    speakRate: encoder.rate,
    lookaheadMs: encoder.lookaheadMs,
    get rttMs() {
      return rtcp.rttMs
    },
    get farLossShare() {
      return rtcp.far?.lossShare
    },
    get queuedMs() {
      return sender.queuedMs
    },
    get counts() {
      return { received: receiver.counts, sent: sender.counts }
    },
    play: frame => sender.play(frame, clock.now()),
    end: sender.end,
    clear: sender.clear,
    beat(nowMs) {
      if (silence.beat(nowMs)) return connection.end('failed', lost(limits.silentMs))
      receiver.beat(nowMs)
      if (!open) return
      sender.beat(nowMs)
      rtcp.beat(nowMs)
    },
    close() {
      open = false
      native.close()
      receiver.close()
      sender.close()
    },
  }
}

function lost(silentMs: number): ParleyError {
  return new ParleyError(
    'timeout',
    `Nothing came from the far end for ${silentMs} ms; it is gone without a word.`,
  )
}

function tooMuch(what: string): ParleyError {
  return new ParleyError('rate_limited', `${what} came faster than a call makes them.`)
}

function boundedHearing({ clock, limits, connection, hear }: RtcAudioOptions): (frame: AudioFrame) => void {
  const sound = createLeakyBucket(clock, 1000, limits.audioBurstMs)
  return frame => {
    if (sound.add((frame.samples.length * 1000) / frame.rate)) hear(frame)
    else connection.end('error', tooMuch('Sound'))
  }
}

/** Copies for loss are worth making for this much of it; more repairs no better. */
const READY_FOR_LOSS_PERCENT = 20

interface Codec {
  readonly decoder: RtpDecoder
  readonly encoder: RtpEncoder & Partial<Pick<LossReadyEncoder, 'noteLoss'>>
}

async function openCodec(options: RtcAudioOptions): Promise<Codec> {
  const { offered, opus, listenRate, speakRate, voice } = options
  const { name } = offered.codec
  if (name !== 'opus') return { decoder: openG711Decoder(name), encoder: openG711Encoder(name) }
  const decoder = await openOpusDecoder(opus, listenRate)
  try {
    if (voice.lossPercent > 0 && offered.codec.usesFec)
      return { decoder, encoder: await openOpusEncoder(opus, speakRate, voice) }
    const plain = await openOpusEncoder(opus, speakRate, { ...voice, lossPercent: 0 })
    if (!offered.codec.usesFec) return { decoder, encoder: plain }
    const repairing = { ...voice, lossPercent: READY_FOR_LOSS_PERCENT }
    const encoder = createLossReadyEncoder(plain, () => openOpusEncoder(opus, speakRate, repairing))
    return { decoder, encoder }
  } catch (thrown) {
    decoder.close()
    throw thrown
  }
}

function addTrack({ library, connection, offered, wantsDtx }: RtcAudioOptions, ssrc: number): Track {
  const { mid, direction, codec } = offered
  const audio = new library.Audio(mid, answered[direction])
  if (codec.name === 'opus')
    audio.addOpusCodec(codec.payloadType, `minptime=10;useinbandfec=1${wantsDtx ? ';usedtx=1' : ''}`)
  else audio.addAudioCodec(codec.payloadType, codec.name)
  audio.addSSRC(ssrc, CNAME, CNAME, 'audio')
  return connection.native.addTrack(audio)
}

/** The track may be closed and we not told of it yet; whoever plays must not notice. */
function trySend(track: Track, bytes: Uint8Array): boolean {
  try {
    return track.sendMessageBinary(asBuffer(bytes))
  } catch {
    return false
  }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
