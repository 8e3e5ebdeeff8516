/** What a page gives `createVoice` and gets from it. No code. */
import type { Device, DeviceRole, RecordingNotice } from '@parley/protocol'
import type { ClientError } from '../client-error.js'
import type { Conversation } from '../conversation.js'
import type { DeviceList } from '../devices/device-list.js'
import type { Player } from '../devices/player.js'
import type { WorkletSource } from '../devices/worklet.js'
import type { Emitter } from '../emitter.js'
import type { Heard, VoiceClient, VoiceClientOptions } from '../voice-types.js'
import type { SoundState, VoiceDevices } from './voice-devices.js'

export interface VoiceOptions extends Omit<VoiceClientOptions, 'reportsPlayed'>, WorkletSource {
  /**
   * `required` (the default): without a microphone no session is begun. `optional`: then the person types. `off`: it is
   * opened by `setMicrophone` alone. A device that joins as anything but the speaker opens none, and asks for none, until
   * it takes over.
   */
  readonly microphone?: 'required' | 'optional' | 'off'
  /** From `devices()`; one that is gone gives way to the system's choice, and `device-changed` tells. */
  readonly microphoneId?: string
  readonly speakerId?: string
  /** All true by default. */
  readonly echoCancellation?: boolean
  readonly noiseSuppression?: boolean
  readonly autoGainControl?: boolean
  /** The microphone is heard between `press()` and `release()`, which ends the turn. Default false. */
  readonly pushToTalk?: boolean
  /** RMS of full scale from which on the person counts as speaking here, 0–1. Default 0.03. */
  readonly threshold?: number
  /**
   * Lowers the agent as soon as this page hears the person, before the gateway has ruled. Default true; without echo
   * cancellation false, as the agent would lower itself.
   */
  readonly duckLocally?: boolean
  /** Sound to hold before playing and after a gap. Default 60 ms. */
  readonly jitterMs?: number
  /** Default false. */
  readonly keepScreenOn?: boolean
  /** The page's own context, which stays open. */
  readonly context?: AudioContext
  /** Stand-ins for the browser's sound, devices and page. */
  readonly devices?: VoiceDevices
}

/** `offline` means that the network is away: it goes on by itself once that is back. */
export type VoiceStatus = 'idle' | 'starting' | 'live' | 'reconnecting' | 'offline' | 'ended' | 'failed'

/** `silenced`: the system took the sound away and gives it back by itself. `none`: `error` says why. */
export type MicrophoneStatus = 'off' | 'asking' | 'on' | 'silenced' | 'denied' | 'none'

/** All a page shows, but for what changes with every frame (`levels()`, `metrics()`). Replaced as a whole at a change. */
export interface VoiceSnapshot {
  readonly status: VoiceStatus
  readonly microphone: MicrophoneStatus
  readonly sound: SoundState
  readonly muted: boolean
  /** Push to talk is held. */
  readonly pressed: boolean
  readonly userSpeaking: boolean
  /** The agent is heard. */
  readonly agentSpeaking: boolean
  readonly conversation: Conversation
  /** What this device is in the conversation; before it is there, what it asked to be. */
  readonly role: DeviceRole
  /** Whether the conversation is recorded, and what was said of that: `{state: 'off'}` where nobody wants to. */
  readonly recording: RecordingNotice
  /** Who stands in the conversation; empty until there are several. */
  readonly company: readonly Device[]
  /** The microphones and loudspeakers of this one. */
  readonly devices: DeviceList
  /** Whether `setSpeaker` can do anything in this browser; known once it was started. */
  readonly canChooseSpeaker: boolean
  /** Chosen by the page; undefined is the system's choice. */
  readonly microphoneId: string | undefined
  readonly speakerId: string | undefined
  /** The last fault, until the next `start()`. */
  readonly error: ClientError | undefined
}

export interface VoiceNews {
  status: { readonly status: VoiceStatus; readonly previous: VoiceStatus }
  /** By this page's own ear, which is quick and easily deceived. */
  speaking: { readonly who: 'user' | 'agent'; readonly on: boolean }
  /** This device is something else now; `by` is the id of the device that caused it, where another did. */
  role: { readonly role: DeviceRole; readonly by: string | undefined }
  /** It is recorded, or is not any more, or somebody said yes or no. */
  recording: RecordingNotice
  /** Another device is used than was chosen. */
  'device-changed': { readonly kind: 'microphone' | 'speaker'; readonly label: string }
  /** Whatever goes wrong, whether it ends the conversation or not. */
  problem: ClientError
}

export interface VoiceLevels {
  /** dBFS, −100 for silence. */
  readonly user: number
  readonly agent: number
}

export interface VoiceMetrics {
  /** To the gateway and back, ms; undefined before the first answer. */
  readonly roundTripMs: number | undefined
  /** Sound of the agent that waits here, ms. */
  readonly bufferedMs: number
  /** From rendering to the ear, ms. */
  readonly outputLatencyMs: number
  /** Gaps in the agent's voice because the network was slower, since `start()`. */
  readonly underruns: number
  /** Sound of the agent dropped because too much waited, ms, since `start()`. */
  readonly droppedMs: number
  /** Speech dropped because the network or the encoder was slower, ms, since `start()`. */
  readonly unsentMs: number
  /** Connections beyond the first, since `start()`. */
  readonly reconnects: number
  /** Bytes since the voice was made. */
  readonly inBytes: number
  readonly outBytes: number
}

export interface Voice {
  /** The conversation underneath: every message of the gateway as an event. */
  readonly client: VoiceClient
  /** The loudspeaker underneath, for `createProsodyTimeline`; it stays the same from one conversation to the next. */
  readonly player: Pick<Player, 'on' | 'earTime'>
  snapshot(): VoiceSnapshot
  /** Calls `changed` after each change of `snapshot()` until the returned function is called. */
  subscribe(changed: () => void): () => void
  on: Emitter<VoiceNews>['on']
  /**
   * Opens microphone, loudspeaker and session. Call from a click or a key: browsers want one. Resolves when it is known
   * how that went and never rejects: `snapshot()` says, with `error`. Does nothing while it runs.
   */
  start(): Promise<void>
  /** Ends the session and gives microphone and loudspeaker back. */
  stop(): void
  setMuted(muted: boolean): void
  /** Push to talk: the person speaks from now on. */
  press(): void
  /** Push to talk: the turn is over. */
  release(): void
  /** A typed turn. Throws `bad-option`, `queue-full`, `not-connected` or, for a listener, `not-allowed`. */
  sendText(text: string): void
  /** Takes the floor: silence at once. Null where nothing was playing; rejects with `not-connected`, `not-allowed` or `timeout`. */
  interrupt(): Promise<Heard | null>
  /**
   * This device becomes the speaker: opens its microphone, then takes over, and the one that was the speaker lets go of its
   * own. Call from a click. Never rejects: where there is no microphone, or the gateway will not, it stays what it was, and
   * `error` says why.
   */
  takeOver(): Promise<void>
  /**
   * Says yes or no to being recorded; `false` deletes what was kept and is the last word. Throws `not-connected`, or
   * `not-allowed` for a listener.
   */
  consent(granted: boolean): void
  /** RMS of full scale, 0–1: from which level on the person counts as speaking here. */
  setThreshold(rms: number): void
  /** Another microphone, now and for the next `start()`; undefined is the system's choice. Never rejects. */
  setMicrophone(deviceId: string | undefined): Promise<void>
  /** Another loudspeaker. Rejects with `unsupported` or `speaker-missing`; undefined is the system's choice. */
  setSpeaker(deviceId: string | undefined): Promise<void>
  levels(): VoiceLevels
  metrics(): VoiceMetrics
}
