/** What a prosody stream is told and what it tells. No code. */
import type { NetworkState, ReconnectPolicy, SocketLike } from '@parley/client'
import type { ProsodyFrameFields, UtteranceFields } from '@parley/protocol'
import type { ProsodyError } from './prosody-error.js'

/** The fields of one frame: `pitchHz`, `energy` and the rest (docs/prosody.md). */
export type ProsodyValues = Readonly<ProsodyFrameFields>

/**
 * `idle` nobody asked for it yet · `connecting` on the way to the first answer · `open` · `reconnecting` it was open and
 * is tried again · `offline` there is no network, tried again as soon as there is · `closed` by either side ·
 * `failed` no further try is made, `error` says why. `start()` leads out of the last two.
 */
export type ProsodyStreamState =
  | 'idle'
  | 'connecting'
  | 'open'
  | 'reconnecting'
  | 'offline'
  | 'closed'
  | 'failed'

/**
 * `unknown` never asked for · `prompt` the person is being asked · `granted` it is heard · `denied` · `none` there is none
 * that can be used, `error` says why · `stopped` by `stop()` or taken away.
 */
export type MicrophoneState = 'unknown' | 'prompt' | 'granted' | 'denied' | 'none' | 'stopped'

/** One moment of a stream. The same object until something of it changed. */
export interface ProsodySnapshot extends ProsodyValues {
  /** The last utterance that is over. */
  readonly utterance: Readonly<UtteranceFields> | undefined
  readonly state: ProsodyStreamState
  /** Whether `state` is `open`. */
  readonly connected: boolean
  readonly microphone: MicrophoneState
  readonly error: ProsodyError | undefined
}

/** What speaks for the person: `AudioSource` of `@parley/client`, or anything that gives PCM16 mono frames. */
export interface ProsodySource {
  /** Hz of the frames, 8000–48000. */
  readonly sampleRate: number
  /** Calls `listener` for each frame until the returned function is called. */
  on(name: 'frame', listener: (frame: { readonly samples: Int16Array<ArrayBuffer> }) => void): () => void
  /** No frame will follow. */
  on(name: 'ended', listener: (end: { readonly error?: unknown }) => void): () => void
  close(): void
}

/** Called from within `start()`, so that a browser counts it as the person's wish. Rejects with a reason. */
export type OpenMicrophone = (wish: MicrophoneWish) => Promise<ProsodySource>

export interface MicrophoneWish {
  /** Hz asked for; a source may have another. */
  readonly sampleRate: number
  /** Origin of the gateway (`https://…`), from where the audio program may be loaded. */
  readonly gateway: string | undefined
}

/** Everything taken from the surroundings, so that tests and React Native can hand in their own. */
export interface StreamEnvironment {
  readonly openSocket: (url: string, protocols: readonly string[]) => SocketLike
  /** Monotonic time in ms. */
  readonly now: () => number
  /** Runs once after `ms` unless cancelled. */
  readonly after: (ms: number, run: () => void) => () => void
  /** Runs before the next picture is drawn unless cancelled. */
  readonly nextFrame: (run: () => void) => () => void
  /** 0 ≤ x < 1. */
  readonly random: () => number
  readonly network: NetworkState
}

export interface StreamTiming {
  /** For a token, and again from opening the socket to the first message of the gateway. Default 10,000. */
  readonly openWithinMs: number
  /** Sound sent for this long without any answer means that the connection is dead. Default 6000. */
  readonly answerWithinMs: number
  /** Values older than this fall back to silence. Default 500. */
  readonly staleAfterMs: number
}

export interface ProsodyStreamOptions {
  /** `wss://host/prosody`, `https://host` or a path of this page; default `EXPO_PUBLIC_PROSODY_WS_URL`. */
  readonly url?: string | URL | undefined
  /** A JWT, or how to get a fresh one for each connection. */
  readonly token?: string | (() => string | Promise<string>) | undefined
  /** Hz asked of the microphone, 8000–48000. Default 16000. */
  readonly sampleRate?: number
  /** Samples of a frame and between frames, at that rate; the gateway's own where left out. */
  readonly frameSize?: number
  readonly hopSize?: number
  /** Follows a live conversation by its session's id, in the place of a microphone; needs the rights to it. */
  readonly session?: string
  /** The side of that conversation that is shown. Default `agent`. */
  readonly side?: 'user' | 'agent'
  /** Parameters to add to the address. */
  readonly query?: Readonly<Record<string, string | number | boolean>>
  /** Least time between two changes of the snapshot that come from frames; `Infinity` for none. Default 16. */
  readonly throttleMs?: number
  /** Default: the browser's microphone, by `openMicrophone` of `@parley/client`. */
  readonly openMicrophone?: OpenMicrophone
  readonly reconnect?: Partial<ReconnectPolicy>
  readonly timing?: Partial<StreamTiming>
  readonly environment?: Partial<StreamEnvironment>
}

/** A stream without React. Nothing it does throws or rejects: `snapshot()` tells. */
export interface ProsodyStream {
  /** Opens the socket, without a microphone. Nothing where it is open or on its way. */
  connect(): void
  /** Opens microphone and socket. Call it from a click: browsers ask. Resolves when it is known how that went. */
  start(): Promise<void>
  /** Closes both; values fall back to silence. */
  stop(): void
  /** Forgets values, utterance and error, and at the gateway the speaker. `closed` and `failed` become `idle`. */
  reset(): void
  /** Another address or token: whoever is connected moves there. */
  configure(change: Pick<ProsodyStreamOptions, 'url' | 'token'>): void
  snapshot(): ProsodySnapshot
  /** The newest values, ahead of `snapshot()`; for whoever draws by himself. */
  sample(): ProsodyValues
  /** Calls `changed` after each change of the snapshot until the returned function is called. */
  subscribe(changed: () => void): () => void
}
