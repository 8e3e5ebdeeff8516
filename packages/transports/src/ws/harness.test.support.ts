/** What the socket tests share: a clock moved by hand, a scripted host, a real server and a real client. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { loadOpus } from '@parley/audio'
import {
  type Clock,
  type CloseReason,
  type Heard,
  type Inbox,
  noSteering,
  ParleyError,
  type ReplyId,
  type SessionEvent,
  type SessionId,
  type Transport,
} from '@parley/core'
import {
  type HelloInput,
  type ServerMessage,
  type ServerMessageOf,
  serverMessageSchema,
} from '@parley/protocol'
import { WebSocket, WebSocketServer } from 'ws'
import { serveVoiceSocket } from './serve-voice-socket.js'
import type { OpenedSession, VoiceHost, VoiceOpenRequest, VoiceResumeRequest } from './voice-host.js'
import { defaultVoiceLimits, type VoiceLimits, voiceSocketServerOptions } from './voice-limits.js'
import type { VoiceSocket, VoiceSocketOptions } from './voice-socket-options.js'

/** Time that only moves when told to. */
export class HandClock implements Clock {
  #nowMs = 0
  #timers: { atMs: number; run: () => void }[] = []

  now(): number {
    return this.#nowMs
  }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  /** Timers that still wait. */
  get waiting(): number {
    return this.#timers.length
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (;;) {
      const due = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter(other => other !== due)
      this.#nowMs = due.atMs
      due.run()
    }
    this.#nowMs = untilMs
  }
}

export interface HeardFrame {
  readonly samples: Int16Array
  readonly rate: number
  readonly atMs: number
}

/** One session as the host saw it. */
export class ScriptedSession {
  readonly calls: string[] = []
  readonly frames: HeardFrame[] = []
  readonly transport: Transport
  heard: Heard | undefined
  /** Thrown by the next call of the inbox. */
  failure: Error | undefined
  #settleClosed: (reason: CloseReason) => void = () => {}
  readonly closed: Promise<CloseReason>

  constructor(transport: Transport) {
    this.transport = transport
    this.closed = new Promise(resolve => {
      this.#settleClosed = resolve
    })
  }

  readonly inbox: Inbox = {
    steering: noSteering,
    audio: ({ samples, rate, atMs }) => {
      if (this.failure !== undefined) throw this.failure
      this.frames.push({ samples: samples.slice(), rate, atMs })
    },
    interrupt: () => {
      this.calls.push('interrupt')
      return this.heard
    },
    commit: () => void this.calls.push('commit'),
    text: text => void this.calls.push(`text ${text}`),
    dtmf: digit => void this.calls.push(`dtmf ${digit}`),
    played: (played, ms) => void this.calls.push(`played ${played} ${ms}`),
    closed: reason => {
      this.calls.push(`closed ${reason}`)
      this.#settleClosed(reason)
    },
  }
}

export const openedSession: OpenedSession = {
  session: 'ses_1',
  resumeToken: 'tok_1',
  resumed: false,
  agent: 'reception',
  language: 'en',
  recogniser: null,
  voice: 'flite',
}

/** Opens at once unless `gate` is set; refuses with `refusal`. */
export class ScriptedHost implements VoiceHost {
  readonly sessions: ScriptedSession[] = []
  readonly requests: (VoiceOpenRequest | VoiceResumeRequest)[] = []
  gate: Promise<void> | undefined
  refusal: Error | undefined
  /** Run between `transport.open` and the end of `open`. */
  onOpen: (session: ScriptedSession) => void = () => {}

  open(request: VoiceOpenRequest): Promise<OpenedSession> {
    return this.#start(request, openedSession)
  }

  resume(request: VoiceResumeRequest): Promise<OpenedSession> {
    if (request.token !== 'tok_1') return Promise.reject(new ParleyError('resume_failed'))
    return this.#start(request, { ...openedSession, resumed: true, resumeToken: 'tok_2' })
  }

  async #start(request: VoiceOpenRequest, opened: OpenedSession): Promise<OpenedSession> {
    this.requests.push(request)
    await this.gate
    if (this.refusal !== undefined) throw this.refusal
    const session = new ScriptedSession(request.transport)
    this.sessions.push(session)
    request.begins?.(opened.session as SessionId)
    request.transport.open(session.inbox)
    this.onOpen(session)
    return opened
  }
}

export interface Closed {
  readonly code: number
  readonly reason: string
}

/** A far end that checks every message against the schema and keeps all of them. */
export class TestClient {
  readonly socket: WebSocket
  readonly messages: ServerMessage[] = []
  readonly binary: Buffer[] = []
  /** Both kinds in the order of arrival: the type of a message, or `audio`. */
  readonly order: string[] = []
  readonly closed: Promise<Closed>
  #waiting: (() => void)[] = []
  #seen = 0
  #pings = 0

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#take(data, isBinary))
    this.closed = new Promise(resolve => {
      socket.on('close', (code: number, reason: Buffer) => {
        resolve({ code, reason: reason.toString() })
        this.#wake()
      })
    })
  }

  send(message: object | string | Uint8Array): void {
    const isRaw = typeof message === 'string' || message instanceof Uint8Array
    this.socket.send(isRaw ? message : JSON.stringify(message))
  }

  /** The next message of this type that was not yet asked for; all before it count as asked for. */
  async next<Type extends ServerMessage['type']>(type: Type): Promise<ServerMessageOf<Type>> {
    for (;;) {
      while (this.#seen < this.messages.length) {
        const message = this.messages[this.#seen++]
        if (message?.type === type) return message as ServerMessageOf<Type>
      }
      if (this.socket.readyState === WebSocket.CLOSED)
        throw new Error(`The socket closed before a ${type} came.`)
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
  }

  /** Everything sent before has been acted upon, and its answers are here. */
  async settle(): Promise<void> {
    const id = ++this.#pings
    this.send({ type: 'ping', id })
    let pong = await this.next('pong')
    while (pong.id !== id) pong = await this.next('pong')
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      this.binary.push(data)
      this.order.push('audio')
    } else {
      const message = serverMessageSchema.parse(JSON.parse(data.toString()))
      this.messages.push(message)
      this.order.push(message.type)
    }
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

export interface Logged {
  readonly facts: object
  readonly message: string
}

export interface Stage {
  /** Where its server listens: `ws://…`. */
  readonly address: string
  readonly clock: HandClock
  readonly host: ScriptedHost
  readonly sockets: VoiceSocket[]
  /** The server's own ends of the connections. */
  readonly serverSockets: WebSocket[]
  readonly log: Logged[]
  connect(): Promise<TestClient>
  /** Connects and says hello; resolves at `ready`. */
  talk(hello?: Partial<HelloInput>): Promise<{ client: TestClient; session: ScriptedSession }>
  close(): Promise<void>
}

/** A server on a free port with a scripted host behind it. */
export async function startStage(
  limits: Partial<VoiceLimits> = {},
  more: Pick<VoiceSocketOptions, 'opusManner' | 'prosody' | 'encryption'> = {},
): Promise<Stage> {
  const opus = await loadOpus()
  const clock = new HandClock()
  const host = new ScriptedHost()
  const sockets: VoiceSocket[] = []
  const serverSockets: WebSocket[] = []
  const clients: TestClient[] = []
  const log: Logged[] = []
  const write = (facts: object, message: string) => void log.push({ facts, message })
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...voiceSocketServerOptions })
  await once(server, 'listening')
  server.on('connection', socket => {
    serverSockets.push(socket)
    const principal = { tenant: 'acme', subject: 'ann' }
    const served = serveVoiceSocket({
      socket,
      principal,
      host,
      clock,
      opus,
      log: { info: write, warn: write },
      limits: { ...defaultVoiceLimits, ...limits },
      ...more,
    })
    sockets.push(served)
  })
  const { port } = server.address() as AddressInfo

  async function connect(): Promise<TestClient> {
    const client = new TestClient(new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false }))
    clients.push(client)
    await once(client.socket, 'open')
    return client
  }

  return {
    address: `ws://127.0.0.1:${port}`,
    clock,
    host,
    sockets,
    serverSockets,
    log,
    connect,
    async talk(hello = {}) {
      const client = await connect()
      client.send({ type: 'hello', version: 1, ...hello })
      await client.next('ready')
      const session = host.sessions.at(-1)
      if (session === undefined) throw new Error('No session was opened.')
      return { client, session }
    },
    async close() {
      for (const { socket } of clients) socket.terminate()
      for (const socket of serverSockets) socket.terminate()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

export function replyId(name: string): ReplyId {
  return name as ReplyId
}

/** An event with ids written as plain text. */
export function eventOf(event: object): SessionEvent {
  return event as SessionEvent
}

/** A tone, so that no two frames are alike. */
export function tone(count: number, rate: number, from = 0): Int16Array {
  return Int16Array.from({ length: count }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * 440 * (from + i)) / rate)),
  )
}

export function bytesOf(samples: Int16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
}
