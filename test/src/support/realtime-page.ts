/**
 * A page of a server of its own that has the SDK of OpenAI's Realtime clients as it is published, and our own client; and
 * what runs in it to call with the former. It stands alone, because a browser gets its text.
 */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type * as Sdk from '@openai/agents-realtime'
import { writeWav } from '@parley/audio'
import { recording } from './human-speech.js'
import { root } from './parley-process.js'

const folders: Readonly<Record<string, string>> = {
  sdk: join(dirname(fileURLToPath(import.meta.resolve('@openai/agents-realtime'))), 'bundle'),
  client: join(root, 'packages/client/dist'),
}

const page = `<!doctype html><title>call</title><script type="module">
  import * as sdk from '/sdk/openai-realtime-agents.mjs'
  import * as voice from '/client/index.js'
  Object.assign(globalThis, { sdk, voice })
</script>`

const wav = (samples: Int16Array) => writeWav({ sampleRate: 16_000, samples })

export interface PageServer {
  /** `http://127.0.0.1:port`, another origin than any gateway's. */
  readonly origin: string
  close(): void
}

export async function servePage(): Promise<PageServer> {
  const server = createServer(({ url = '/' }, response) => {
    const [, folder, file = ''] = /^\/(sdk|client|said)\/([\w/.-]+)$/.exec(url) ?? []
    if (folder === 'said') return void recording(file).then(({ samples }) => response.end(wav(samples)))
    response.setHeader('content-type', folder === undefined ? 'text/html' : 'text/javascript')
    if (folder === undefined) response.end(page)
    else
      createReadStream(join(folders[folder] ?? '', file))
        .on('error', fault => response.destroy(fault))
        .pipe(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

export interface SeenEvent {
  readonly type: string
  readonly atMs: number
}

/** What of a call is kept in the page, at `globalThis.call`. */
export interface PageCall {
  readonly session: Sdk.RealtimeSession
  readonly events: (SeenEvent & Record<string, unknown>)[]
  readonly faults: string[]
  readonly changes: string[]
  /** Loudness of what is heard, RMS of 1 at full scale, about every 20 ms. */
  readonly levels: { readonly atMs: number; readonly rms: number }[]
  /** Says a recording in the microphone's place, now. */
  say(id: string): Promise<void>
}

export interface CallInPage {
  readonly transport: 'webrtc' | 'websocket'
  readonly url: string
  /** An ephemeral key. */
  readonly apiKey: string
}

/** Runs in the page: connects as the SDK's documentation shows, and keeps what is seen and heard. */
export async function beginCall({ transport, url, apiKey }: CallInPage): Promise<void> {
  const { sdk } = globalThis as unknown as { readonly sdk: typeof Sdk }
  const agent = new sdk.RealtimeAgent({ name: 'desk', instructions: 'Be brief.' })
  const audioElement = new Audio()
  const context = new AudioContext()
  const mouth = new MediaStreamAudioDestinationNode(context)
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  const layer =
    transport === 'webrtc'
      ? new sdk.OpenAIRealtimeWebRTC({
          baseUrl: url,
          audioElement,
          mediaStream: await navigator.mediaDevices.getUserMedia({ audio: plain }),
        })
      : new sdk.OpenAIRealtimeWebSocket({ url })
  const session = new sdk.RealtimeSession(agent, { transport: layer })
  const say = async (id: string) => {
    const bytes = await (await fetch(`/said/${id}`)).arrayBuffer()
    const source = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(bytes) })
    source.connect(mouth)
    const [sender] = (layer as Sdk.OpenAIRealtimeWebRTC).connectionState.peerConnection?.getSenders() ?? []
    await sender?.replaceTrack(mouth.stream.getAudioTracks()[0] ?? null)
    source.start()
  }
  const call = { session, events: [], faults: [], changes: [], levels: [], say } as {
    -readonly [Key in keyof PageCall]: PageCall[Key]
  }
  layer.on('*', event => void call.events.push({ ...event, atMs: performance.now() }))
  layer.on('connection_change', status => void call.changes.push(status))
  session.on('error', fault => void call.faults.push(JSON.stringify(fault) + String(fault.error)))
  session.on('audio_interrupted', () => {
    call.events.push({ type: 'sdk.audio_interrupted', atMs: performance.now() })
  })
  Object.assign(globalThis, { call, audioElement })
  await session.connect({ apiKey })
  if (transport === 'websocket') return
  const analyser = new AnalyserNode(context, { fftSize: 1_024 })
  context.createMediaStreamSource(audioElement.srcObject as MediaStream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const rms = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length)
    call.levels.push({ atMs: performance.now(), rms })
  }, 20)
}
