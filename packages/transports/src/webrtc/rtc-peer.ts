/**
 * One WebRTC call that was offered to us: sound both ways on a track, text on a data channel.
 *
 * Knows nothing of sessions or of any protocol on the channel. Everything about one call begins and ends here: codecs
 * are freed, the library's handles closed and the beat left, whatever ends it, and `ended` is told once.
 */
import type { AudioFrame, Opus, OpusRate } from '@parley/audio'
import { type Cancel, type Clock, ParleyError, type Ticker } from '@parley/core'
import type { DataChannel } from 'node-datachannel'
import { openRtcAudio, type RtcAudio } from './rtc-audio.js'
import { type ChannelSend, createRtcChannel, type RtcChannel } from './rtc-channel.js'
import { openRtcConnection, type RtcConnection, type RtcEnd, type RtcNetwork } from './rtc-connection.js'
import type { RtcLibrary } from './rtc-library.js'
import { defaultRtcLimits, type RtcLimits } from './rtc-limits.js'
import type { OpusVoice } from './rtp-codec.js'
import { writeAnswer } from './sdp-answer.js'
import { type Offer, type OfferedAudio, type OfferedCandidate, readOffer } from './sdp-offer.js'

/** What calls of a process share. */
export interface RtcWorld {
  readonly library: RtcLibrary
  readonly opus: Opus
  readonly clock: Clock
  /** A beat of 20 ms. */
  readonly ticker: Ticker
  /** Evenly distributed in [0, 1), and hard to guess. */
  readonly random: () => number
}

/** All are called on the main thread, none after `ended`. One that throws ends the call with the error. */
export interface RtcPeerHandlers {
  /** The frame is only valid during the call; 8–48 kHz, media time from the first packet. */
  audio(frame: AudioFrame): void
  /** Sound can flow; the channel opens a little later. */
  connected(): void
  /** One message of the data channel. */
  message(text: string): void
  channelOpen(): void
  /** The far end closed the channel; the call may go on. */
  channelClosed(): void
  /** The first sound of a stretch leaves. */
  started(): void
  /** The last sound of a stretch has left, or was cleared. */
  drained(): void
  ended(end: RtcEnd, error: ParleyError | undefined): void
}

export interface RtcPeerOptions {
  readonly offerSdp: string
  readonly world: RtcWorld
  readonly handlers: RtcPeerHandlers
  /** The channel's label; channels with another one are closed. */
  readonly channelLabel: string
  readonly network?: RtcNetwork
  readonly limits?: RtcLimits
  /** Hz of what is heard. Default 16000; G.711 is heard at 8000. */
  readonly listenRate?: OpusRate
  /** Hz of what is played. Default 24000; `RtcPeer.speakRate` says what came of it. */
  readonly speakRate?: OpusRate
  /** Default 32 kbit/s without copies for loss. */
  readonly voice?: OpusVoice
  /** Asks the far end to send nothing while nobody speaks. Default false. */
  readonly wantsDtx?: boolean
  /** Looks at the offer before anything is made of it; throws what refuses it. */
  requires?(offer: Pick<Offer, 'audio' | 'hasData'>): void
  /** Gives the call up before it is answered. */
  readonly signal?: AbortSignal
}

const defaultVoice: OpusVoice = { bitrate: 32_000, lossPercent: 0 }

export interface RtcPeer {
  readonly answerSdp: string
  /** Whether the offer has a data channel. */
  readonly hasChannel: boolean
  /** Undefined where the offer has no audio. */
  readonly codec: RtcAudio['codec'] | undefined
  /** Hz that `play` takes; undefined where the offer has no audio. */
  readonly speakRate: number | undefined
  /** Of the codec that speaks, ms. */
  readonly lookaheadMs: number
  /** By RTCP, else by the data channel's transport, else assumed, ms. */
  readonly rttMs: number
  /** From our door to the ear, ms: half the round trip, and what far ends buffer, which is a constant. */
  readonly pathMs: number
  readonly queuedMs: number
  readonly counts: RtcAudio['counts'] | undefined
  /** Unsent bytes of the channel. */
  readonly unsentBytes: number
  /** The frame is only read during the call. @throws RangeError for another rate than `speakRate`. */
  play(frame: AudioFrame): void
  /** The stretch of sound is whole; `drained` follows. */
  endStretch(): void
  /** Drops what has not left; returns how much, ms. */
  clear(): number
  send(text: string): ChannelSend
  /** Further addresses of the far end (RFC 8838). False where one is over the most that are taken. */
  addCandidates(candidates: readonly OfferedCandidate[]): boolean
  /** Calling it twice is fine. */
  close(): void
}

/** @throws ParleyError `bad_message` or `too_large` for the offer; `timeout` if it ended before the answer. */
export async function openRtcPeer(options: RtcPeerOptions): Promise<RtcPeer> {
  const { signal, network = {}, limits = defaultRtcLimits } = options
  signal?.throwIfAborted()
  const offer = readOffer(options.offerSdp, limits)
  options.requires?.(offer)
  const call = startCall(options, network, limits)
  const abort = () => call.connection.end('closed')
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const audio = offer.audio && (await call.openAudio(offer.audio))
    const answerSdp = writeAnswer(await call.connection.answer(offer), offer, network)
    call.answered = true
    return peerOf(call, { answerSdp, audio, limits, hasChannel: offer.hasData })
  } catch (thrown) {
    call.connection.end('closed')
    throw signal?.aborted ? signal.reason : ParleyError.from(thrown)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

interface Call {
  /** From here on its end is told; before, opening it fails. */
  answered: boolean
  readonly connection: RtcConnection
  readonly channel: RtcChannel | undefined
  openAudio(offered: OfferedAudio): Promise<RtcAudio>
}

function startCall(options: RtcPeerOptions, network: RtcNetwork, limits: RtcLimits): Call {
  const { world, handlers, channelLabel } = options
  const { library, clock, ticker } = world
  let channel: RtcChannel | undefined
  let audio: RtcAudio | undefined
  let stopBeat: Cancel = () => {}

  function beat(nowMs: number): void {
    audio?.beat(nowMs)
  }

  function takeChannel(native: DataChannel): void {
    if (channel !== undefined || native.getLabel() !== channelLabel) {
      native.onClosed(() => {})
      return native.close()
    }
    channel = createRtcChannel({
      native,
      connection,
      clock,
      limits,
      onOpen: handlers.channelOpen,
      onMessage: handlers.message,
      onClosed: handlers.channelClosed,
    })
    channel.begin()
  }

  const connection: RtcConnection = openRtcConnection({
    library,
    clock,
    network,
    limits,
    onConnected() {
      stopBeat = ticker.add(connection.guard(beat))
      handlers.connected()
    },
    onChannel: takeChannel,
    onEnd(end, error) {
      stopBeat()
      audio?.close()
      channel?.close()
      if (call.answered) handlers.ended(end, error)
    },
  })

  const call: Call = {
    answered: false,
    connection,
    get channel() {
      return channel
    },
    async openAudio(offered) {
      const { listenRate = 16_000, speakRate = 24_000, voice = defaultVoice, wantsDtx = false } = options
      const { opus, random } = world
      const { audio: hear, started: onStarted, drained: onDrained } = handlers
      const own = { listenRate, speakRate, voice, wantsDtx, hear, onStarted, onDrained }
      audio = await openRtcAudio({ library, connection, offered, opus, clock, random, limits, ...own })
      return audio
    },
  }
  return call
}

interface Answered {
  readonly hasChannel: boolean
  readonly answerSdp: string
  readonly audio: RtcAudio | undefined
  readonly limits: RtcLimits
}

function peerOf(call: Call, { answerSdp, audio, limits, hasChannel }: Answered): RtcPeer {
  const { connection } = call
  /** The library knows the round trip of the data channel's transport; −1 and 0 mean that it does not. */
  const channelRttMs = () => {
    const rttMs = connection.isOver ? 0 : connection.native.rtt()
    return rttMs > 0 ? rttMs : undefined
  }
  const rttMs = () => audio?.rttMs ?? channelRttMs() ?? limits.initialRttMs
  return {
    answerSdp,
    hasChannel,
    codec: audio?.codec,
    speakRate: audio?.speakRate,
    lookaheadMs: audio?.lookaheadMs ?? 0,
    get rttMs() {
      return rttMs()
    },
    get pathMs() {
      return rttMs() / 2 + limits.farBufferMs
    },
    get queuedMs() {
      return audio?.queuedMs ?? 0
    },
    get counts() {
      return audio?.counts
    },
    get unsentBytes() {
      return connection.isOver ? 0 : (call.channel?.unsentBytes ?? 0)
    },
    play: frame => audio?.play(frame),
    endStretch: () => audio?.end(),
    clear: () => audio?.clear() ?? 0,
    send: text => (connection.isOver ? 'closed' : (call.channel?.send(text) ?? 'closed')),
    addCandidates: candidates => connection.addCandidates(candidates),
    close: () => connection.end('closed'),
  }
}
