/** What a page tells the client and what it hears from it: options, states and events. No code. */
import type { DeviceRole, HelloInput, Ready, RecordingNotice, ServerMessage } from '@parley/protocol'
import type { ClientError } from './client-error.js'
import type { ConnectionTiming, Traffic } from './connection/connection.js'
import type { ReconnectPolicy } from './connection/reconnect-policy.js'
import type { Environment } from './environment.js'
import type { TookTransport, VoiceTransport, WebrtcOptions } from './webrtc/webrtc-types.js'

/** What was heard of a reply, as the gateway settled it. */
export type Heard = NonNullable<Extract<ServerMessage, { type: 'interrupted' }>['heard']>

/** `reconnecting` means that a session exists and is being resumed; `failed` that no further try will be made. */
export type VoiceState = 'idle' | 'connecting' | 'ready' | 'reconnecting' | 'closed' | 'failed'

export interface VoiceClientOptions {
  /** The gateway: `https://host`, `wss://host/v1/voice`, or a path of this page. */
  readonly url: string | URL
  /** A JWT, or how to get a fresh one for each connection. */
  readonly token?: string | (() => string | Promise<string>)
  /**
   * `webrtc` is better on lossy networks: sound is a track there, which `playTrack` plays. `auto` takes the WebSocket where
   * no UDP gets through, and `transport` says which it took; with
   * `encryption` it always does. `socketio` is for networks that let nothing through but what looks like HTTP; it needs
   * the package `socket.io-client`. Default `websocket`.
   */
  readonly transport?: VoiceTransport
  readonly webrtc?: WebrtcOptions
  readonly agent?: string
  /**
   * Stands beside a conversation that is on, in the place of beginning one (docs/devices.md): its `session` is that of the
   * other device's `ready`. Looked at for each connection.
   */
  readonly join?: NonNullable<HelloInput['join']>
  /** What people call this device, 1–60 characters: `Kitchen tablet`. */
  readonly device?: string
  /**
   * What the person said of being recorded before it begins (a checkbox): then the agent does not ask, and with `false`
   * nothing is kept. Looked at for each conversation that begins; one that is joined is not asked.
   */
  readonly consent?: boolean
  /** BCP 47; the agent's own without it. */
  readonly language?: string
  /**
   * `auto` (the default) is Opus at 48 kHz where the browser has it (WebCodecs), else PCM16. `opus` fails with
   * `unsupported` where it has not.
   */
  readonly codec?: 'auto' | 'opus' | 'pcm16'
  /** Rates of PCM16 in Hz, 8000–48000. Default 16000 in, 24000 out. */
  readonly input?: { readonly sampleRate: number }
  readonly output?: { readonly sampleRate: number }
  /** Whether `played` will be called; true by default. Without it the gateway estimates what was heard. */
  readonly reportsPlayed?: boolean
  /** Asks for the prosody of both sides and the shapes of the agent's mouth; `createProsodyTimeline` shows them in step. */
  readonly prosody?: HelloInput['prosody']
  /**
   * Seals the conversation against proxies on the way (docs/encryption.md). Default: whether there is a `gatewayKey`.
   * Where the browser or the gateway cannot, connecting fails.
   */
  readonly encryption?: boolean
  /** The key that the gateway prints at its start, or several while it changes. Without it, one in the middle can listen. */
  readonly gatewayKey?: string | readonly string[]
  /**
   * Speech kept while the connection is away, oldest dropped first, ms (0–8000; the gateway takes no more than 10 s at
   * once). Default 1000.
   */
  readonly waitingAudioMs?: number
  readonly reconnect?: Partial<ReconnectPolicy>
  readonly timing?: Partial<ConnectionTiming>
  /** Stand-ins for the browser's socket, clock, randomness and network state. */
  readonly environment?: Partial<Environment>
}

/** Every message of the gateway by its type, and what the client itself has to say. */
export type VoiceEvents = { [Message in ServerMessage as Message['type']]: Message } & {
  'state-changed': { readonly state: VoiceState; readonly previous: VoiceState }
  /** Sound of a reply, following the last `audio-begin`. */
  audio: { readonly samples: Int16Array<ArrayBuffer> }
  /** Every message of the gateway, after its own event. */
  message: ServerMessage
  /** The connection is gone; the next try is in `inMs`, or as soon as the network is back if `offline`. */
  retrying: { readonly attempt: number; readonly inMs: number; readonly offline: boolean }
  /** Which way a connection took, where the page chose `webrtc` or `auto`; before its `ready`. */
  transport: TookTransport
  'round-trip': { readonly ms: number }
  /** `interrupt()` was called: whoever plays the reply may stop at once. */
  interrupting: { readonly atMs: number }
  /** Microphone samples that were dropped because the network or the encoder is slower than speech. */
  dropped: { readonly samples: number }
  /** The gateway sent something that does not fit the protocol; it was passed over. */
  'bad-message': { readonly reason: string }
  /** A message was changed or repeated on its way, and dropped. Told once a connection; ten in a row end it. */
  'encryption-fault': ClientError
  /** Opus broke down; the session is resumed with PCM16 at the same rates. */
  'codec-failed': ClientError
  failed: ClientError
}

export interface VoiceClient {
  readonly state: VoiceState
  /** The gateway's last `ready`: agent, recogniser, voice, formats. */
  readonly ready: Ready | undefined
  /** What this device is in its conversation; before `ready`, what it asked to be. */
  readonly role: DeviceRole
  /** Whether the conversation is recorded, and what was said of that; `recording` tells when it changes. */
  readonly recording: RecordingNotice
  /** Which way the connection goes, or went last; undefined before the first. */
  readonly transport: TookTransport['took'] | undefined
  /** Bytes both ways since the client was made; of text its characters. */
  readonly traffic: Readonly<Traffic>
  /** Calls `listener` for each event of this name until the returned function is called. */
  on<Name extends keyof VoiceEvents>(name: Name, listener: (event: VoiceEvents[Name]) => void): () => void
  /** Begins a session (a new one after `closed` or `failed`); resolves at `ready`, rejects with `ClientError`. */
  connect(): Promise<Ready>
  /**
   * A typed turn, 1–4000 characters. Waits for the connection; throws `queue-full`, `not-connected`, or `not-allowed` for a
   * listener.
   */
  sendText(text: string): void
  /**
   * Microphone samples, at the rate of `ready.input` unless `sampleRate` (Hz) says otherwise: Opus takes 8000, 12000,
   * 16000, 24000 and 48000, PCM16 throws `bad-option`. The array belongs to the client from then on. Of a device that is not
   * the speaker, and over WebRTC, whose microphone is on the track, it goes nowhere.
   */
  sendAudio(samples: Int16Array<ArrayBuffer>, sampleRate?: number): void
  /** Says how much of a reply was heard, ms. */
  played(reply: string, ms: number): void
  /** Takes the floor. Resolves with what was heard of the reply, null where none was playing. */
  interrupt(): Promise<Heard | null>
  /** The turn is over (push to talk). Waits for the connection as `sendText` does. */
  commit(): void
  /**
   * Says yes or no to being recorded, at any time; said again until the gateway has heard it. `false` deletes what was kept
   * and is the last word. Throws `not-connected`, or `not-allowed` for a listener.
   */
  consent(granted: boolean): void
  /**
   * This device becomes the speaker; what is said from here on counts. Rejects with `refused`, `timeout`, `not-connected` or
   * `connection-lost`, and then all stays as it is.
   */
  takeOver(): Promise<void>
  /** Moves a ready session to a fresh socket at once. Sound that was not heard is sent again. */
  resume(): void
  /** For a page that slept: finds out at once whether the connection still lives, and tries again at once if not. */
  wake(): void
  /** Ends the session. Nothing happens after it. */
  close(): void
}
