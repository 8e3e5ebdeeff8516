/**
 * A call of an OpenAI Realtime client (`POST /v1/realtime/calls`): its events on the data channel `oai-events`, its
 * sound on the track, and sockets beside it that see and send events, too.
 *
 * The session is opened once the far end is there, so that nothing is said to nobody. Whoever ends the call, its
 * session, its connection and its sockets end with it, and `onEnd` is told once.
 */
import type { AudioFrame, OpusRate } from '@parley/audio'
import { type CloseReason, ParleyError } from '@parley/core'
import type { WebSocket } from 'ws'
import type { MediaTrack } from '../openai-realtime/media-track.js'
import {
  createRealtimePeer,
  type RealtimePeer,
  type RealtimePeerOptions,
} from '../openai-realtime/realtime-peer.js'
import type { RtcEnd, RtcNetwork } from './rtc-connection.js'
import { defaultRtcLimits, type RtcLimits } from './rtc-limits.js'
import { openRtcPeer, type RtcPeer, type RtcWorld } from './rtc-peer.js'
import { createSideband } from './sideband.js'

/** What the vendor's clients call the channel. */
const CHANNEL_LABEL = 'oai-events'
/** Sockets beside one call. */
const MOST_SOCKETS = 4
/** Time for the last event to leave before the connection closes, ms. */
const FAREWELL_MS = 200

export interface RealtimeCallOptions
  extends Omit<
    RealtimePeerOptions,
    'clock' | 'random' | 'track' | 'send' | 'backlogBytes' | 'rttMs' | 'end' | 'beta'
  > {
  readonly offerSdp: string
  readonly world: RtcWorld
  readonly network?: RtcNetwork
  readonly rtcLimits?: RtcLimits
  /** Hz at which sessions listen: Opus is decoded straight at it. Default 16000. */
  readonly listenRate?: OpusRate
  /** Hz at which sessions speak to calls with Opus. Default 24000. */
  readonly speakRate?: OpusRate
  /** The client went away before it was answered. */
  readonly signal?: AbortSignal
  onEnd(): void
}

export interface RealtimeCall {
  /** `rtc_…`: for `Location`, `?call_id=` and `…/hangup`. */
  readonly callId: string
  readonly answerSdp: string
  /** A socket beside the call. @throws ParleyError `not_found` for another tenant, `overloaded` over the most. */
  attach(socket: WebSocket, tenant: string): void
  /** Calling it twice is fine. */
  hangup(): void
  /** The node leaves: the call ends once the response under way is over. */
  drain(): void
}

/** @throws ParleyError `bad_message` or `too_large` for the offer, `timeout` if the call ended before its answer. */
export async function serveRealtimeCall(options: RealtimeCallOptions): Promise<RealtimeCall> {
  const { offerSdp, world, network, rtcLimits = defaultRtcLimits, limits, log, principal, signal } = options
  const { listenRate, speakRate } = options
  const { clock, random } = world
  const callId = `rtc_${nameOf(random)}`
  const sideband = createSideband({
    most: MOST_SOCKETS,
    maxUnsentBytes: limits.maxUnsentBytes,
    receive: text => realtime?.receive(text),
  })
  let realtime: RealtimePeer | undefined
  let rtc: RtcPeer | undefined
  /** The channel may be open before the caller of `openRtcPeer` goes on. */
  let isThere = false
  let over = false

  function send(text: string): void {
    sideband.send(text)
    if (rtc?.hasChannel && rtc.send(text) === 'too-large') {
      log.warn({ callId, bytes: text.length }, 'realtime call: an event is over what the far end takes')
      rtc.send(tooLarge(callId))
    }
  }

  function begin(): void {
    isThere = true
    if (rtc === undefined || realtime !== undefined || over) return
    const peer = rtc
    realtime = createRealtimePeer({
      ...options,
      clock,
      random,
      ...(peer.speakRate === undefined ? {} : { track: trackOf(peer, peer.speakRate, rtcLimits.aheadMs) }),
      send,
      backlogBytes: () => peer.unsentBytes,
      rttMs: () => peer.rttMs,
      end: () => void clock.after(FAREWELL_MS, () => peer.close()),
    })
  }

  function ended(end: RtcEnd, error: ParleyError | undefined): void {
    over = true
    log.info({ callId, tenant: principal.tenant, end, error: error?.code }, 'realtime call ended')
    realtime?.gone(reasonOf(end, error))
    sideband.close()
    options.onEnd()
  }

  rtc = await openRtcPeer({
    offerSdp,
    world,
    channelLabel: CHANNEL_LABEL,
    limits: rtcLimits,
    ...(network === undefined ? {} : { network }),
    ...(listenRate === undefined ? {} : { listenRate }),
    ...(speakRate === undefined ? {} : { speakRate }),
    ...(signal === undefined ? {} : { signal }),
    handlers: {
      audio: (frame: AudioFrame) => realtime?.hear(frame),
      connected: () => rtc?.hasChannel === false && begin(),
      channelOpen: begin,
      message: text => realtime?.receive(text),
      // What a client does first that hangs up.
      channelClosed: () => rtc?.close(),
      started() {},
      drained() {},
      ended,
    },
  })
  if (isThere) begin()
  const peer = rtc

  return {
    callId,
    answerSdp: peer.answerSdp,
    attach(socket, tenant) {
      if (over || tenant !== principal.tenant) throw new ParleyError('not_found', 'There is no such call.')
      sideband.attach(socket)
    },
    hangup: () => peer.close(),
    drain() {
      if (realtime === undefined) peer.close()
      else realtime.drain()
    },
  }
}

function trackOf(peer: RtcPeer, outputRate: number, aheadMs: number): MediaTrack {
  return {
    aheadMs,
    get pathMs() {
      return peer.pathMs
    },
    outputRate,
    play: frame => peer.play(frame),
    clear: () => void peer.clear(),
  }
}

function reasonOf(end: RtcEnd, error: ParleyError | undefined): CloseReason {
  if (end === 'closed') return 'hang-up'
  if (end !== 'error') return 'client'
  return error?.code === 'rate_limited' ? 'protocol' : 'error'
}

function tooLarge(callId: string): string {
  const message =
    'An event was larger than this data channel takes; attach a WebSocket by `call_id` to get it.'
  const error = { type: 'server_error', code: 'event_too_large', message, param: null, event_id: null }
  return JSON.stringify({ type: 'error', event_id: `event_${callId}`, error })
}

/** 22 letters and digits: over 100 bits. */
function nameOf(random: () => number): string {
  return Array.from({ length: 22 }, () => Math.floor(random() * 36).toString(36)).join('')
}
