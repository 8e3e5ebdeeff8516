/**
 * The assistant: a few calls and one status over the Socket.IO edge, for pages that know it by these names. What is new
 * should use `createVoiceClient`, which hears more and costs less.
 */
import type { BargeInAck, CallEnded } from '@parley/protocol'
import { ClientError } from '../client-error.js'
import type { AudioSource } from '../devices/audio-source.js'
import type { Player } from '../devices/player.js'
import { createEmitter, type Emitter } from '../emitter.js'
import { browserDevices } from './assistant-devices.js'
import type { AssistantEvents, AssistantOptions, AssistantStatus, SocketMetrics } from './assistant-types.js'
import { SocketClient } from './socket-client.js'
import { createSoundChunks, type SoundChunks } from './sound-chunks.js'
import { createVadHandler, type VadHandler } from './vad-handler.js'

export interface Assistant {
  readonly socketClient: SocketClient
  readonly vadHandler: VadHandler
  readonly audioProcessor: { preloadVoiceModel(): Promise<void> }
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

const INPUT_RATE = 16_000
const OUTPUT_RATE = 24_000
const DEFAULT_CHUNK = 2_048

/** Touches nothing of the page before `initialize`. Throws `bad-option`. */
export function createAssistant(options: AssistantOptions = {}): Assistant {
  const { language = 'es', agent, microphone = true, avatar = false, chunkSize = DEFAULT_CHUNK } = options
  if (!Number.isInteger(chunkSize) || chunkSize < 320 || chunkSize > INPUT_RATE)
    throw new ClientError('bad-option', '`chunkSize` is 320 to 16000 samples.')
  const socketClient = new SocketClient(options)
  const vadHandler = createVadHandler(options.vadThreshold)
  const devices = { ...browserDevices(), ...options.devices }
  const events = createEmitter<AssistantEvents>()
  const chunks: SoundChunks = createSoundChunks(chunkSize, bytes => socketClient.sendAudio(bytes))
  let source: AudioSource | undefined
  let player: Player | undefined
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
      webrtc: { enabled: false, connected: false },
      vad: { enabled: microphone, analyzing },
      avatar: { enabled: avatar, animating: avatar && remoteAudioPlaying },
      audio: { streamingEnabled: source !== undefined },
    }
  }

  const changed = () => events.emit('status-changed', getStatus())

  function hush(): void {
    player?.clear()
    vadHandler.remoteAudioPlaying = false
  }

  function release(): void {
    round += 1
    callActive = false
    source?.close()
    player?.close()
    source = undefined
    player = undefined
    vadHandler.reset()
    changed()
  }

  function fail(thrown: unknown): void {
    events.emit(
      'failed',
      thrown instanceof ClientError ? thrown : new ClientError('closed', undefined, { cause: thrown }),
    )
  }

  function listen(to: AudioSource): void {
    source = to
    to.on('frame', ({ samples, levelDbfs }) => {
      if (!callActive) return
      chunks.add(samples)
      if (vadHandler.hear(levelDbfs)) bargeIn().catch(fail)
    })
    to.on('ended', ({ error }) => {
      source = undefined
      if (error !== undefined) fail(error)
      changed()
    })
  }

  function speak(through: Player): void {
    player = through
    through.on('played', ({ reply, ms, final }) => {
      vadHandler.remoteAudioPlaying = !final
      socketClient.tell('audio:played', { reply, ms })
      changed()
    })
  }

  async function open(): Promise<void> {
    devices.wake()
    const mine = round
    await socketClient.connect()
    const opened = await devices.openPlayer(OUTPUT_RATE)
    if (mine !== round) return opened.close()
    speak(opened)
    try {
      if (microphone) {
        const heard = await devices.openMicrophone(INPUT_RATE)
        if (mine !== round) return heard.close()
        listen(heard)
      }
      await socketClient.ask('call:start', {
        language,
        ...(agent === undefined ? {} : { agent }),
        input: { codec: 'pcm16', sampleRate: INPUT_RATE },
        output: { codec: 'pcm16', sampleRate: OUTPUT_RATE },
        reportsPlayed: true,
        ...(avatar ? { prosody: { sides: ['agent'], visemes: true } } : {}),
      })
      if (mine !== round) await socketClient.ask('call:end')
    } catch (thrown) {
      if (mine === round) release()
      throw thrown
    }
  }

  async function bargeIn(): Promise<void> {
    hush()
    changed()
    await socketClient.ask('barge-in')
  }

  async function preloadVoiceModel(): Promise<void> {
    await socketClient.connect()
    await socketClient.ask('voice:preload')
  }

  socketClient.onAny((name, payload) => {
    switch (name) {
      case 'call:started':
        callActive = player !== undefined
        return changed()
      case 'call:ended':
        if ((payload as CallEnded).resumable) callActive = false
        else release()
        events.emit('call:ended', payload as CallEnded)
        return
      case 'disconnect':
        callActive = false
        return changed()
      case 'authenticated':
        // Nothing to come back to: what an earlier connection had open is void.
        if (!(payload as { resumed: boolean }).resumed && starting === undefined && player !== undefined)
          release()
        return changed()
      case 'audio:begin': {
        const { reply, fromMs } = payload as { reply: string; fromMs: number }
        return player?.begin(reply, fromMs)
      }
      case 'audio:chunk':
        return player?.push(samplesOf(payload))
      case 'audio:clear':
        return player?.clear((payload as { reply: string }).reply)
      case 'audio:duck':
        return player?.duck((payload as { on: boolean }).on)
      case 'reply:sent': {
        const { reply, totalMs } = payload as { reply: string; totalMs: number }
        return player?.end(reply, totalMs)
      }
      case 'barge-in:ack':
        hush()
        return events.emit('barge-in:ack', payload as BargeInAck)
      case 'transcript:final':
        return events.emit('transcript', payload as AssistantEvents['transcript'])
      case 'reply:words':
        return events.emit('words', payload as AssistantEvents['words'])
      default:
        return events.emit('event', { name, payload })
    }
  })

  return {
    socketClient,
    vadHandler,
    audioProcessor: { preloadVoiceModel },
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
      await socketClient.ask('message', { text })
    },
    bargeIn,
    async endCall() {
      const wasActive = callActive
      chunks.flush()
      release()
      if (wasActive) await socketClient.ask('call:end')
    },
    preloadVoiceModel,
    getStatus,
    getMetrics: () => socketClient.getMetrics(),
    close() {
      release()
      socketClient.disconnect()
      devices.close()
    },
  }
}

/** Browsers give an ArrayBuffer; others may give a view of a larger one. */
function samplesOf(payload: unknown): Int16Array<ArrayBuffer> {
  const bytes = payload instanceof ArrayBuffer ? new Uint8Array(payload) : (payload as Uint8Array)
  const own = new ArrayBuffer(bytes.byteLength - (bytes.byteLength % 2))
  new Uint8Array(own).set(bytes.subarray(0, own.byteLength))
  return new Int16Array(own)
}
