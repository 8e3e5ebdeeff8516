/** What `createVoice` takes from the page besides the network: sound, devices, being seen. `browserDevices` is the page's. */
import type { AudioSource } from '../devices/audio-source.js'
import type { DeviceList } from '../devices/device-list.js'
import type { MicrophoneOptions } from '../devices/microphone.js'
import type { Player, PlayerOptions } from '../devices/player.js'
import type { TookTransport } from '../webrtc/webrtc-types.js'

/**
 * `blocked`: the browser waits for a click or a key. `interrupted`: the system took the sound (a phone call, another
 * app) and gives it back by itself.
 */
export type SoundState = 'on' | 'blocked' | 'interrupted' | 'off'

/** One audio context, for both directions, as echo cancellation wants it. */
export interface PageSound {
  readonly state: SoundState
  /** Rate of the sound card as the context sees it, Hz. */
  readonly sampleRate: number
  /** From rendering to the ear, ms. */
  readonly latencyMs: number
  /** How much sound was rendered, s: it stands still where the system took the card without a word. */
  readonly passedS: number
  /** Tells of each change of `state` until the returned function is called. */
  onState(changed: () => void): () => void
  /** Tries to run; what the browser refuses now, it is asked again at the next gesture. */
  resume(): void
  openMicrophone(options: Omit<MicrophoneOptions, 'context'>): Promise<AudioSource>
  /** What the microphone hears while it is not muted, for calls; there if it was opened for them. */
  readonly line: MediaStream | undefined
  /** Plays the far end's track of a call. */
  playCall(call: Extract<TookTransport, { took: 'webrtc' }>): Player
  openPlayer(options: Omit<PlayerOptions, 'context'>): Promise<Player>
  /** Undefined where the browser cannot choose; rejects where there is no such device. Empty is the system's choice. */
  readonly setSpeaker: ((deviceId: string) => Promise<void>) | undefined
  close(): void
}

export interface PageState {
  visible(): boolean
  /** Tells when the page is hidden or shown, until the returned function is called. */
  onVisible(changed: () => void): () => void
  /** Tells when the page goes for good, until the returned function is called. */
  onLeave(leave: () => void): () => void
  /** Keeps the screen on until the returned function is called; does nothing where that is not possible. */
  keepScreenOn(): () => void
}

export interface VoiceDevices {
  /** Call within a click or a key. `calls`: the microphone has to be on a track as well. Throws `unsupported`. */
  openSound(how?: { readonly calls?: boolean }): PageSound
  /** What rate a new context would have, Hz; undefined where that cannot be found out. */
  cardRate(): number | undefined
  list(): Promise<DeviceList>
  /** Tells when devices come or go, until the returned function is called. */
  onDevices(changed: () => void): () => void
  readonly page: PageState
}
