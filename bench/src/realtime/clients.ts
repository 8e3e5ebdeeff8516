/** Who is measured: each opens a conversation with the far end and takes a frame of 20 ms at a time. */

import type { OpenAIRealtimeWebSocket, RealtimeSession } from '@openai/agents-realtime'
import type { AudioFrame } from '@parley/audio'
import { type EngineLink, type SessionId, systemClock, type TurnId } from '@parley/core'
import { WebSocket } from 'ws'
import { parleyEngine } from './parley-engine.js'

export const RATE = 24_000

export interface Client {
  /** Sends 20 ms. The frame is only valid during the call. */
  send(samples: Int16Array): void
  close(): Promise<void>
}

/** `heard` gets the sound of the answer, as it comes. */
export type OpenClient = (url: string, heard: (samples: Int16Array) => void) => Promise<Client>

/** A socket and JSON: as direct as it can be. One event for each frame. */
export const openDirect: OpenClient = async (url, heard) => {
  const socket = new WebSocket(`${url}/realtime?model=bench`, {
    headers: { authorization: 'Bearer bench' },
    perMessageDeflate: false,
  })
  const send = (event: object) => socket.send(JSON.stringify(event))
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString()) as { readonly type: string; readonly delta?: string }
      if (event.type === 'session.created')
        send({
          type: 'session.update',
          session: { type: 'realtime', audio: { input: { turn_detection: null } } },
        })
      if (event.type === 'session.updated') {
        send({ type: 'response.create' })
        resolve()
      }
      if (event.type !== 'response.output_audio.delta' || event.delta === undefined) return
      const bytes = Buffer.from(event.delta, 'base64')
      heard(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1))
    })
  })
  return {
    send(samples) {
      const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
      send({ type: 'input_audio_buffer.append', audio: bytes.toString('base64') })
    },
    async close() {
      socket.terminate()
    },
  }
}

/** The vendor's own SDK. */
export const openAgentsSdk: OpenClient = async (url, heard) => {
  const sdk = await import('@openai/agents-realtime')
  const transport: OpenAIRealtimeWebSocket = new sdk.OpenAIRealtimeWebSocket({
    url: `${url}/realtime?model=bench`,
  })
  const agent = new sdk.RealtimeAgent({ name: 'bench', instructions: '' })
  const session: RealtimeSession = new sdk.RealtimeSession(agent, { transport, tracingDisabled: true })
  session.on('error', () => {})
  transport.on('audio', ({ data }) => heard(new Int16Array(data)))
  await session.connect({ apiKey: 'bench' })
  transport.sendEvent({ type: 'response.create' })
  return {
    // The SDK takes a buffer of its own, as its users give it one.
    send: samples => session.sendAudio(samples.slice().buffer),
    async close() {
      session.close()
    },
  }
}

/** Parley's engine and adapter, as a session uses them. */
export const openEngine: OpenClient = async (url, heard) => {
  const engine = parleyEngine(url)
  const link: EngineLink = await engine.connect({
    session: `ses_${Math.random()}` as SessionId,
    language: 'en',
    inputRate: RATE,
    outputRate: RATE,
    history: () => [],
    clock: systemClock,
    observe: () => {},
    warn: error => console.error(error.message),
  })
  const stop = new AbortController()
  const turn = {
    id: 'trn_1' as TurnId,
    origin: 'asked' as const,
    text: '',
    startMs: 0,
    endMs: 0,
    history: [],
  }
  void (async () => {
    for await (const part of link.reply(turn, stop.signal)) if (part.kind === 'audio') heard(part.samples)
  })()
  const frame: { samples: Int16Array; rate: number; atMs: number } & AudioFrame = {
    samples: new Int16Array(0),
    rate: RATE,
    atMs: 0,
  }
  return {
    send(samples) {
      frame.samples = samples
      link.hear(frame)
      frame.atMs += 20
    },
    async close() {
      stop.abort()
      await link.close()
    },
  }
}
