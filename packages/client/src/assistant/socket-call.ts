/** A call over Socket.IO: frames of the microphone as `audio:chunk`, the agent's sound from `audio:chunk`. */
import type { AudioSource } from '../devices/audio-source.js'
import type { AssistantCall, AssistantCallParts } from './assistant-call.js'
import type { SocketClient } from './socket-client.js'
import { createSoundChunks } from './sound-chunks.js'

export interface SocketCallParts extends AssistantCallParts {
  readonly socketClient: SocketClient
  /** Samples in one message of the microphone's sound. */
  readonly chunkSize: number
}

export const INPUT_RATE = 16_000
const OUTPUT_RATE = 24_000

/** Resolves once the gateway has begun the call; undefined where the assistant ended it meanwhile. */
export async function openSocketCall(parts: SocketCallParts): Promise<AssistantCall | undefined> {
  const { socketClient, devices } = parts
  const player = await devices.openPlayer(OUTPUT_RATE)
  if (parts.isVoid()) {
    player.close()
    return undefined
  }
  const chunks = createSoundChunks(parts.chunkSize, bytes => socketClient.sendAudio(bytes))
  let source: AudioSource | undefined
  /** Sound before the call, or while the line is away, would be refused. */
  let live = false
  const leave = [
    socketClient.onAny(hear),
    player.on('played', ({ reply, ms, final }) => {
      socketClient.tell('audio:played', { reply, ms })
      parts.playing(!final)
    }),
  ]

  function hear(name: string, payload: unknown): void {
    switch (name) {
      case 'call:started':
        live = true
        return
      case 'call:ended':
        live = false
        return
      case 'audio:begin': {
        const { reply, fromMs } = payload as { reply: string; fromMs: number }
        return player.begin(reply, fromMs)
      }
      case 'audio:chunk':
        return player.push(samplesOf(payload))
      case 'audio:clear':
        return player.clear((payload as { reply: string }).reply)
      case 'audio:duck':
        return player.duck((payload as { on: boolean }).on)
      case 'reply:sent': {
        const { reply, totalMs } = payload as { reply: string; totalMs: number }
        return player.end(reply, totalMs)
      }
      case 'disconnect':
        live = false
        return parts.lost()
    }
  }

  function listen(to: AudioSource): void {
    source = to
    to.on('frame', ({ samples, levelDbfs }) => {
      if (!live) return
      chunks.add(samples)
      parts.level(levelDbfs)
    })
    to.on('ended', ({ error }) => {
      source = undefined
      if (error !== undefined) parts.failed(error)
    })
  }

  async function openMicrophone(): Promise<void> {
    try {
      listen(await devices.openMicrophone(INPUT_RATE))
    } catch (thrown) {
      if (parts.microphone !== 'optional') throw thrown
      parts.failed(thrown)
    }
  }

  function close(): void {
    for (const each of leave) each()
    source?.close()
    source = undefined
    player.close()
  }

  const call: AssistantCall = {
    carrier: 'socketio',
    get streaming() {
      return source !== undefined
    },
    ear: player,
    counts: { sent: 0, received: 0 },
    hush: () => player.clear(),
    async sendText(text) {
      await socketClient.ask('message', { text })
    },
    async bargeIn() {
      await socketClient.ask('barge-in')
    },
    async end() {
      chunks.flush()
      close()
      await socketClient.ask('call:end')
    },
    close,
  }

  try {
    if (parts.microphone !== false) await openMicrophone()
    if (!parts.isVoid()) await begin(parts)
    else {
      close()
      return undefined
    }
    if (!parts.isVoid()) return call
    await call.end()
    return undefined
  } catch (thrown) {
    close()
    throw thrown
  }
}

async function begin({ socketClient, language, agent, avatar }: SocketCallParts): Promise<void> {
  await socketClient.ask('call:start', {
    language,
    ...(agent === undefined ? {} : { agent }),
    input: { codec: 'pcm16', sampleRate: INPUT_RATE },
    output: { codec: 'pcm16', sampleRate: OUTPUT_RATE },
    reportsPlayed: true,
    ...(avatar ? { prosody: { sides: ['agent'], visemes: true } } : {}),
  })
}

/** Browsers give an ArrayBuffer; others may give a view of a larger one. */
function samplesOf(payload: unknown): Int16Array<ArrayBuffer> {
  const bytes = payload instanceof ArrayBuffer ? new Uint8Array(payload) : (payload as Uint8Array)
  const own = new ArrayBuffer(bytes.byteLength - (bytes.byteLength % 2))
  new Uint8Array(own).set(bytes.subarray(0, own.byteLength))
  return new Int16Array(own)
}
