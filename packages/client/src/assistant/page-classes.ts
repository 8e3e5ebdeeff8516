/**
 * The parts of the assistant as classes, for pages that make them one by one: microphone to socket, a call over WebRTC,
 * and who speaks. Each is a thin face of what the assistant itself uses.
 */
import { ClientError } from '../client-error.js'
import type { AudioSource } from '../devices/audio-source.js'
import { createVoiceClient } from '../voice-client.js'
import type { Heard, VoiceClient, VoiceClientOptions } from '../voice-types.js'
import { playTrack } from '../webrtc/play-track.js'
import { browserDevices } from './assistant-devices.js'
import type { AssistantDevices } from './assistant-types.js'
import { INPUT_RATE } from './socket-call.js'
import type { SocketClient } from './socket-client.js'
import { createSoundChunks } from './sound-chunks.js'
import { createVadHandler, type VadHandler } from './vad-handler.js'

/** As `createVadHandler`: a threshold, or an object that has one. */
export class VADHandler implements VadHandler {
  readonly #handler: VadHandler

  constructor(first: number | { readonly threshold?: number } = {}) {
    this.#handler = createVadHandler(typeof first === 'number' ? first : first.threshold)
  }

  get threshold() {
    return this.#handler.threshold
  }

  get analyzing() {
    return this.#handler.analyzing
  }

  get remoteAudioPlaying() {
    return this.#handler.remoteAudioPlaying
  }

  set remoteAudioPlaying(on: boolean) {
    this.#handler.remoteAudioPlaying = on
  }

  setThreshold(threshold: number): void {
    this.#handler.setThreshold(threshold)
  }

  hear(levelDbfs: number): boolean {
    return this.#handler.hear(levelDbfs)
  }

  reset(): void {
    this.#handler.reset()
  }
}

export interface AudioStreamOptions {
  readonly socketClient: SocketClient
  /** Samples (16 kHz) in one message. Default `AudioStreamHandler.CHUNK_SIZE`. */
  readonly chunkSize?: number
  /** Asked at each frame of 20 ms, with its level in dBFS. */
  readonly onLevel?: (levelDbfs: number) => void
  readonly devices?: Pick<AssistantDevices, 'openMicrophone' | 'wake' | 'close'>
}

/** The microphone as `audio:chunk` of a socket that is in a call. */
export class AudioStreamHandler {
  static CHUNK_SIZE = 2_048
  readonly #options: AudioStreamOptions
  #source: AudioSource | undefined
  #stop = () => {}

  constructor(options: AudioStreamOptions) {
    this.#options = options
  }

  get streaming(): boolean {
    return this.#source !== undefined
  }

  /** Call from a click. Rejects as the microphone does. */
  async start(): Promise<void> {
    if (this.streaming) return
    const { socketClient, onLevel, devices = browserDevices() } = this.#options
    devices.wake()
    const source = await devices.openMicrophone(INPUT_RATE)
    const { chunkSize = AudioStreamHandler.CHUNK_SIZE } = this.#options
    const chunks = createSoundChunks(chunkSize, bytes => socketClient.sendAudio(bytes))
    this.#source = source
    source.on('frame', ({ samples, levelDbfs }) => {
      chunks.add(samples)
      onLevel?.(levelDbfs)
    })
    source.on('ended', () => this.stop())
    this.#stop = () => {
      chunks.flush()
      source.close()
      devices.close()
    }
  }

  stop(): void {
    this.#source = undefined
    this.#stop()
    this.#stop = () => {}
  }
}

export type WebRTCClientOptions = Pick<
  VoiceClientOptions,
  'url' | 'token' | 'agent' | 'language' | 'webrtc'
> & { readonly element?: HTMLAudioElement }

/** A conversation over WebRTC alone: offer and answer over HTTP, Opus both ways. */
export class WebRTCClient {
  readonly client: VoiceClient
  readonly #options: WebRTCClientOptions
  #stream: MediaStream | undefined
  #stop = () => {}

  constructor(options: WebRTCClientOptions) {
    this.#options = options
    this.client = createVoiceClient({
      ...options,
      transport: 'webrtc',
      reportsPlayed: true,
      webrtc: { microphone: () => this.#openMicrophone(), ...options.webrtc },
    })
  }

  get enabled(): boolean {
    return typeof globalThis.RTCPeerConnection === 'function'
  }

  get connected(): boolean {
    return this.client.state === 'ready'
  }

  /** Call from a click. Rejects with a `ClientError`. */
  async connect(): Promise<void> {
    if (!this.enabled) throw new ClientError('unsupported', 'This browser has no WebRTC.')
    this.#stop()
    this.#stop = playTrack(this.client, { element: this.#options.element ?? new Audio() })
    await this.client.connect()
  }

  sendText(text: string): void {
    this.client.sendText(text)
  }

  interrupt(): Promise<Heard | null> {
    return this.client.interrupt()
  }

  close(): void {
    this.client.close()
    this.#stop()
    for (const track of this.#stream?.getTracks() ?? []) track.stop()
    this.#stream = undefined
  }

  async #openMicrophone(): Promise<MediaStream> {
    this.#stream ??= await browserDevices().openStream()
    return this.#stream
  }
}
