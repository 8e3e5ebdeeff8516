/**
 * The assistant: a few calls and one status over the Socket.IO edge, for pages that know it by these names. What is new
 * should use `createVoice`, which hears more and costs less.
 */
import type { BargeInAck, CallEnded } from '@parley/protocol'
import { ClientError } from '../client-error.js'
import { createEmitter, type Emitter } from '../emitter.js'
import type { AssistantCall, AssistantCallParts } from './assistant-call.js'
import { browserDevices } from './assistant-devices.js'
import type { AssistantEvents, AssistantOptions, AssistantStatus, SocketMetrics } from './assistant-types.js'
import { AvatarSync } from './avatar-sync.js'
import { createFaceEvents } from './face-events.js'
import { INPUT_RATE, openSocketCall } from './socket-call.js'
import { SocketClient } from './socket-client.js'
import { createVadHandler, type VadHandler } from './vad-handler.js'

export interface Assistant {
  readonly socketClient: SocketClient
  readonly vadHandler: VadHandler
  readonly audioProcessor: { preloadVoiceModel(): Promise<void> }
  /** The microphone's sound on its way; `chunkSize` counts from the next call on. */
  readonly audioStreamHandler: { chunkSize: number; readonly streaming: boolean }
  readonly avatarSync: AvatarSync
  on: Emitter<AssistantEvents>['on']
  /** Connects and says who is there. Asks for nothing of the person. */
  initialize(): Promise<void>
  /** Begins a call. From a click: browsers give sound and microphone to no page before one. */
  startCall(): Promise<void>
  /** A typed turn, answered aloud. */
  sendMessage(text: string): Promise<void>
  /** Silences the agent here at once, and takes the floor. */
  bargeIn(): Promise<void>
  endCall(): Promise<void>
  /** Opens the connections of the voice before the first call needs them. */
  preloadVoiceModel(): Promise<void>
  getStatus(): AssistantStatus
  getMetrics(): SocketMetrics
  /** Ends the call and lets go of everything. */
  close(): void
}

const DEFAULT_CHUNK = 2_048
const FALL_BACK_AFTER_MS = 2_000

/** Touches nothing of the page before `initialize`. Throws `bad-option`. */
export function createAssistant(options: AssistantOptions = {}): Assistant {
  const { language = 'es', agent, microphone = true, avatar = false, webrtc = false } = options
  let chunkSize = checkedChunk(options.chunkSize ?? DEFAULT_CHUNK)
  const socketClient = new SocketClient(options)
  const vadHandler = createVadHandler(options.vadThreshold)
  const devices = { ...browserDevices(options.url), ...options.devices }
  const events = createEmitter<AssistantEvents>()
  const faceEvents = createFaceEvents()
  const avatarSync = new AvatarSync(options.face)
  let call: AssistantCall | undefined
  let starting: Promise<void> | undefined
  let callActive = false
  /** Each end of a call makes what an earlier start still opens void. */
  let round = 0

  function getStatus(): AssistantStatus {
    const { connected, authenticated } = socketClient
    const { remoteAudioPlaying, analyzing } = vadHandler
    return {
      systemReady: authenticated,
      callActive,
      socket: { connected, authenticated, latency: socketClient.getMetrics().latency },
      webrtc: { enabled: webrtc !== false, connected: callActive && call?.carrier === 'webrtc' },
      vad: { enabled: microphone !== false, analyzing },
      avatar: { enabled: avatar, animating: avatar && remoteAudioPlaying },
      audio: { streamingEnabled: call?.streaming ?? false },
    }
  }

  const changed = () => events.emit('status-changed', getStatus())

  function release(): void {
    round += 1
    callActive = false
    call?.close()
    call = undefined
    avatarSync.rest()
    vadHandler.reset()
    changed()
  }

  function fail(thrown: unknown): void {
    const error =
      thrown instanceof ClientError ? thrown : new ClientError('closed', undefined, { cause: thrown })
    events.emit('failed', error)
    changed()
  }

  function partsOf(mine: number): AssistantCallParts {
    return {
      ...{ language, agent, avatar, microphone, devices },
      level(dbfs) {
        events.emit('level', { dbfs })
        if (callActive && vadHandler.hear(dbfs)) bargeIn().catch(fail)
      },
      playing(on) {
        if (vadHandler.remoteAudioPlaying === on) return
        vadHandler.remoteAudioPlaying = on
        changed()
      },
      heard: hear,
      lost() {
        callActive = false
        vadHandler.remoteAudioPlaying = false
        changed()
      },
      failed: fail,
      isVoid: () => mine !== round,
    }
  }

  async function open(): Promise<void> {
    devices.wake()
    const mine = round
    await socketClient.connect()
    if (mine !== round) return
    try {
      const opened = (await openOverWebrtc(mine)) ?? (await openOverSocket(mine))
      if (opened === undefined) return
      if (mine !== round) return opened.close()
      call = opened
      callActive = true
      if (avatar) avatarSync.follow(faceEvents, opened.ear)
      changed()
    } catch (thrown) {
      if (mine === round) release()
      throw thrown
    }
  }

  async function openOverWebrtc(mine: number): Promise<AssistantCall | undefined> {
    const url = options.url ?? globalThis.location?.origin
    if (webrtc === false || url === undefined) return undefined
    const { fallBackAfterMs = FALL_BACK_AFTER_MS, iceServers } = webrtc === true ? {} : webrtc
    // Loaded by pages that ask for it.
    const { openRtcCall } = await import('./rtc-call.js')
    if (mine !== round) return undefined
    const { token } = options
    const parts = { ...partsOf(mine), url, token, iceServers, giveUpMs: fallBackAfterMs }
    const opened = await openRtcCall(parts)
    if (opened !== 'no-way') return opened
    hear('webrtc:unavailable', { afterMs: fallBackAfterMs })
    return undefined
  }

  async function openOverSocket(mine: number): Promise<AssistantCall | undefined> {
    return mine === round ? openSocketCall({ ...partsOf(mine), socketClient, chunkSize }) : undefined
  }

  async function bargeIn(): Promise<void> {
    call?.hush()
    vadHandler.remoteAudioPlaying = false
    changed()
    if (call === undefined) await socketClient.ask('barge-in')
    else await call.bargeIn()
  }

  async function preloadVoiceModel(): Promise<void> {
    await socketClient.connect()
    await socketClient.ask('voice:preload')
  }

  function hear(name: string, payload: unknown): void {
    if (name === 'audio:chunk') return
    faceEvents.take(name, payload)
    events.emit('every', { name, payload })
    switch (name) {
      case 'call:started':
        callActive = call !== undefined
        return changed()
      case 'call:ended':
        if ((payload as CallEnded).resumable) callActive = false
        else release()
        return events.emit('call:ended', payload as CallEnded)
      case 'disconnect':
        return changed()
      case 'reconnect_failed':
        // Sound that goes another way goes on.
        if (call?.carrier === 'socketio') release()
        return fail(payload)
      case 'authenticated':
        // Nothing to come back to: what an earlier connection had open is void.
        if (!(payload as { resumed: boolean }).resumed && call?.carrier === 'socketio') release()
        return changed()
      case 'barge-in:ack':
        call?.hush()
        vadHandler.remoteAudioPlaying = false
        return events.emit('barge-in:ack', payload as BargeInAck)
      case 'transcript:final':
        return events.emit('transcript', payload as AssistantEvents['transcript'])
      case 'reply:words':
        return events.emit('words', payload as AssistantEvents['words'])
      default:
        return events.emit('event', { name, payload })
    }
  }

  socketClient.onAny(hear)

  return {
    socketClient,
    vadHandler,
    audioProcessor: { preloadVoiceModel },
    audioStreamHandler: {
      get chunkSize() {
        return chunkSize
      },
      set chunkSize(next) {
        chunkSize = checkedChunk(next)
      },
      get streaming() {
        return call?.streaming ?? false
      },
    },
    avatarSync,
    on: events.on,
    async initialize() {
      await socketClient.connect()
      await socketClient.ping()
      changed()
    },
    startCall() {
      if (callActive) return Promise.resolve()
      starting ??= open().finally(() => {
        starting = undefined
      })
      return starting
    },
    async sendMessage(text) {
      // Without a call the gateway says what to do.
      if (call === undefined) await socketClient.ask('message', { text })
      else await call.sendText(text)
    },
    bargeIn,
    async endCall() {
      const ending = callActive ? call?.end() : undefined
      // What it tells on its way out is told as any end is.
      if (ending !== undefined) call = undefined
      release()
      await ending
    },
    preloadVoiceModel,
    getStatus,
    getMetrics() {
      const { messagesSent, messagesReceived, ...rest } = socketClient.getMetrics()
      const { sent, received } = call?.counts ?? { sent: 0, received: 0 }
      return { messagesSent: messagesSent + sent, messagesReceived: messagesReceived + received, ...rest }
    },
    close() {
      release()
      socketClient.disconnect()
      devices.close()
    },
  }
}

function checkedChunk(chunkSize: number): number {
  if (Number.isInteger(chunkSize) && chunkSize >= 320 && chunkSize <= INPUT_RATE) return chunkSize
  throw new ClientError('bad-option', '`chunkSize` is 320 to 16000 samples.')
}
