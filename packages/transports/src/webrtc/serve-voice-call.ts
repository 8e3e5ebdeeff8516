/**
 * A conversation over WebRTC: the messages of `/v1/voice` on the data channel `parley`, its sound on an Opus track.
 *
 * The protocol is the socket's own: what is here is the call below it. Only `bye` and `hangUp` are meant as an end; a
 * call that breaks leaves its session waiting for a `resume`, over another call or a socket.
 */
import type { OpusRate, Resampling } from '@parley/audio'
import { type Cancel, ParleyError } from '@parley/core'
import type { Hello } from '@parley/protocol'
import { createPcmIn, opusRate } from '../ws/audio-in.js'
import type { LegSound } from '../ws/leg-sound.js'
import { agreedFormat, defaultOpusManner } from '../ws/opus-manner.js'
import { serveVoiceSocket } from '../ws/serve-voice-socket.js'
import { defaultVoiceLimits, type VoiceLimits } from '../ws/voice-limits.js'
import type { VoiceSocket, VoiceSocketOptions } from '../ws/voice-socket-options.js'
import type { RtcEnd, RtcNetwork } from './rtc-connection.js'
import { defaultRtcLimits, type RtcLimits } from './rtc-limits.js'
import { openRtcPeer, type RtcPeer, type RtcWorld } from './rtc-peer.js'
import { createRtcWire, type RtcWire } from './rtc-wire.js'
import type { OfferedCandidate } from './sdp-offer.js'
import { createTrackOut } from './track-out.js'

/** The data channel that carries the messages. */
export const VOICE_CHANNEL = 'parley'

export interface VoiceCallOptions
  extends Pick<VoiceSocketOptions, 'principal' | 'host' | 'log' | 'prosody' | 'opusManner'> {
  readonly offerSdp: string
  /** A `hello` as text, where it came with the offer; else it is the first message of the channel. */
  readonly hello?: string
  readonly world: RtcWorld
  readonly resampling: Resampling
  readonly network?: RtcNetwork
  readonly limits?: VoiceLimits
  readonly rtcLimits?: RtcLimits
  /** Rate at which sessions listen, Hz: Opus is decoded straight at it. Default 16000. */
  readonly listenRate?: OpusRate
  /** The client went away before it was answered. */
  readonly signal?: AbortSignal
  /** Told once, and only of a call that was answered. */
  onEnd(): void
}

export interface VoiceCall {
  readonly answerSdp: string
  /** Further addresses of the far end. False where one is over the most that are taken. */
  addCandidates(candidates: readonly OfferedCandidate[]): boolean
  /** As `bye`, for a client that says it over HTTP. Calling it twice is fine. */
  hangUp(): void
  /**
   * Tells the client that this node leaves in `deadlineMs`; the session closes the call in its own time. One that has not
   * connected is closed.
   */
  announceDraining(deadlineMs: number): void
}

/** @throws ParleyError `bad_message` or `too_large` for the offer, `timeout` if the call ended before its answer. */
export async function serveVoiceCall(options: VoiceCallOptions): Promise<VoiceCall> {
  const { world, network, signal, limits = defaultVoiceLimits, rtcLimits = defaultRtcLimits, log } = options
  const { listenRate = 16_000, opusManner = defaultOpusManner, hello, principal } = options
  const { clock } = world
  let rtc: RtcPeer | undefined
  let wire: RtcWire | undefined
  let socket: VoiceSocket | undefined
  /** The channel may be open before the caller of `openRtcPeer` goes on. */
  let isOpen = false
  let over = false
  let meant = false
  let stopWaiting: Cancel = () => {}

  function begin(): void {
    isOpen = true
    if (rtc?.speakRate === undefined || wire !== undefined || over) return
    stopWaiting()
    const { speakRate } = rtc
    wire = createRtcWire({ peer: rtc, trackRate: speakRate, clock })
    socket = serveVoiceSocket({
      ...options,
      socket: wire,
      heartbeat: wire,
      clock,
      opus: world.opus,
      opusManner: { ...opusManner, packetMs: 20 },
      limits: limitsOf(limits, rtcLimits),
      edge: 'webrtc',
      openSound: soundOf({ ...options, peer: rtc, trackRate: speakRate, listenRate }),
    })
    if (hello !== undefined) wire.text(hello)
  }

  function ended(end: RtcEnd, error: ParleyError | undefined): void {
    over = true
    stopWaiting()
    const { tenant, subject } = principal
    log.info({ tenant, subject, end, error: error?.code }, 'voice call ended')
    wire?.ended(meant)
    options.onEnd()
  }

  rtc = await openRtcPeer({
    offerSdp: options.offerSdp,
    world,
    channelLabel: VOICE_CHANNEL,
    limits: rtcLimits,
    listenRate,
    speakRate: opusManner.sampleRate,
    voice: { bitrate: opusManner.bitrate, lossPercent: 0 },
    wantsDtx: true,
    requires: offer => {
      if (!offer.hasData) throw unusable(`it has no data channel; make one named \`${VOICE_CHANNEL}\`.`)
      if (offer.audio?.codec.name !== 'opus') throw unusable('it has no audio section with Opus.')
    },
    ...(network === undefined ? {} : { network }),
    ...(signal === undefined ? {} : { signal }),
    handlers: {
      audio: frame => wire?.sound(frame),
      connected() {},
      channelOpen: begin,
      message: text => wire?.text(text),
      // Without it nothing can be told any more: the session waits for whoever comes back.
      channelClosed: () => rtc?.close(),
      started() {},
      drained() {},
      ended,
    },
  })
  const peer = rtc
  if (isOpen) begin()
  else if (!over) {
    const mostMs = rtcLimits.connectMs + limits.helloMs
    stopWaiting = clock.after(mostMs, () => peer.close())
  }

  return {
    answerSdp: peer.answerSdp,
    addCandidates: candidates => over || peer.addCandidates(candidates),
    hangUp() {
      meant = true
      peer.close()
    },
    announceDraining(deadlineMs) {
      if (socket === undefined) peer.close()
      else socket.announceDraining(deadlineMs)
    },
  }
}

interface SoundParts extends Pick<VoiceCallOptions, 'resampling' | 'opusManner'> {
  readonly peer: RtcPeer
  readonly trackRate: number
  readonly listenRate: number
}

/** The track is what it is; what a hello asks for is the rate at which the session speaks, which a resume must keep. */
function soundOf({ peer, trackRate, listenRate, resampling, opusManner = defaultOpusManner }: SoundParts) {
  return async ({ input, output }: Hello): Promise<LegSound> => {
    const rate = agreedFormat(output, opusManner).sampleRate
    if (opusRate(rate) === undefined) {
      const message = `\`output.sampleRate\`: over WebRTC it is one of Opus (8000–48000 Hz), not ${rate}.`
      throw new ParleyError('bad_message', message)
    }
    const { lookaheadMs } = peer
    const clear = () => void peer.clear()
    return {
      input: { codec: 'opus', sampleRate: opusRate(agreedFormat(input, opusManner).sampleRate) ?? 48_000 },
      output: { codec: 'opus', sampleRate: rate },
      audioIn: createPcmIn(listenRate),
      audioOut: createTrackOut({ resampling, rate, trackRate, lookaheadMs, clear }),
    }
  }
}

/** What a track does by itself is not for the protocol above it to do again. */
function limitsOf(limits: VoiceLimits, rtc: RtcLimits): VoiceLimits {
  return {
    ...limits,
    messagesPerSecond: rtc.messagesPerSecond + rtc.packetsPerSecond,
    messageBurst: rtc.messageBurst + rtc.packetBurst,
    audioBurstMs: rtc.audioBurstMs,
    aheadMs: rtc.aheadMs,
    jitterMs: rtc.farBufferMs,
    initialRttMs: rtc.initialRttMs,
    // Sound does not wait behind text.
    highWaterBytes: limits.maxUnsentBytes,
  }
}

function unusable(message: string): ParleyError {
  return new ParleyError('bad_message', `The SDP offer is not usable: ${message}`)
}
