/** What a page of the assistant tells and is told: options, status, metrics and events. No code. */
import type { BargeInAck, CallEnded } from '@parley/protocol'
import type { ClientError } from '../client-error.js'
import type { AudioSource } from '../devices/audio-source.js'
import type { Player } from '../devices/player.js'
import type { AvatarSyncOptions } from './avatar-sync.js'

export interface SocketClientOptions {
  /** The gateway. Default: where the page comes from. */
  readonly url?: string
  /** A JWT, or how to get a fresh one for each connection. */
  readonly token?: string | (() => string | Promise<string>)
  /** Default `['websocket', 'polling']`: the first that works is taken. */
  readonly transports?: readonly ('websocket' | 'polling')[]
  /** Default true. */
  readonly reconnection?: boolean
  /** Tries after which `connect` must be called again. Default 5. */
  readonly reconnectionAttempts?: number
  /** Longest wait for the gateway's answer to an event, ms. Default 15000. */
  readonly answerMs?: number
}

export interface SocketMetrics {
  readonly messagesSent: number
  readonly messagesReceived: number
  readonly audioChunksSent: number
  readonly audioChunksReceived: number
  /** Last measured round trip, ms; null before the first. */
  readonly latency: number | null
}

export interface AssistantOptions extends SocketClientOptions {
  /** BCP 47. Default `es`. */
  readonly language?: string
  readonly agent?: string
  /** Samples of the microphone (16 kHz) in one message, 320–16000. Default 2048. */
  readonly chunkSize?: number
  /**
   * False for a page that only types and listens; `optional` goes on so where there is none, and tells by `failed`. Default
   * true.
   */
  readonly microphone?: boolean | 'optional'
  /** Loudness above which the caller is taken to speak, 0–1 of full scale. Default 0.03. */
  readonly vadThreshold?: number
  /** Whether the shapes of the agent's mouth are told (`visemes`). Default false. */
  readonly avatar?: boolean
  /**
   * Whether sound goes over WebRTC where that comes about within 2 s (`fallBackAfterMs`), and over the socket where it does
   * not. Default false.
   */
  readonly webrtc?: boolean | AssistantWebrtcOptions
  /** The face that `avatar` moves; without one `assistant.avatarSync.frame` tells. */
  readonly face?: AvatarSyncOptions
  /** Stand-ins for the browser's microphone and loudspeaker. */
  readonly devices?: Partial<AssistantDevices>
}

export interface AssistantWebrtcOptions {
  readonly fallBackAfterMs?: number
  /** Default: those of the gateway. */
  readonly iceServers?: readonly RTCIceServer[]
}

/** Rates in Hz. */
export interface AssistantDevices {
  /** With a stream that is open already, that one is listened to, and stays open at the end. */
  openMicrophone(sampleRate: number, stream?: MediaStream): Promise<AudioSource>
  /** The microphone itself, for a call over WebRTC. */
  openStream(): Promise<MediaStream>
  /** What plays a track of a call over WebRTC. */
  openElement(): HTMLAudioElement
  openPlayer(sampleRate: number): Promise<Player>
  /** The sound may need a gesture of the person to begin; called in each call of the page. */
  wake(): void
  close(): void
}

export interface AssistantStatus {
  readonly systemReady: boolean
  readonly callActive: boolean
  readonly socket: {
    readonly connected: boolean
    readonly authenticated: boolean
    readonly latency: number | null
  }
  readonly webrtc: { readonly enabled: boolean; readonly connected: boolean }
  readonly vad: { readonly enabled: boolean; readonly analyzing: boolean }
  readonly avatar: { readonly enabled: boolean; readonly animating: boolean }
  readonly audio: { readonly streamingEnabled: boolean }
}

export interface AssistantEvents {
  'status-changed': AssistantStatus
  transcript: { readonly text: string; readonly origin: 'speech' | 'text' }
  /** Words of the answer, as their sound is sent. */
  words: { readonly text: string; readonly reply: string }
  'barge-in:ack': BargeInAck
  'call:ended': CallEnded
  /** Each frame of the microphone in a call, dBFS. */
  level: { readonly dbfs: number }
  /** Every event of the gateway but sound, as it came. */
  every: { readonly name: string; readonly payload: unknown }
  /** Those that have no event of their own here. */
  event: { readonly name: string; readonly payload: unknown }
  failed: ClientError
}
