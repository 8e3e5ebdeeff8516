import type { IncomingHttpHeaders } from 'node:http'
import { type ServerMessage, type ServerMessageOf, serverMessageSchema } from '@parley/protocol'
import { WebSocket } from 'ws'

const FRAME_MS = 20
/** Longer than anything a test waits for, shorter than a test may take: whoever waits in vain learns what came instead. */
const IN_VAIN_MS = 45_000

export interface CallOptions {
  /** Default `/v1/voice`. */
  readonly path?: string
  readonly protocols?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  /** Address of this machine to call from. */
  readonly from?: string
}

/** The gateway answered with HTTP instead of a socket. */
export class Refused extends Error {
  readonly status: number
  /** The code of the error in its body. */
  readonly code: string
  readonly headers: IncomingHttpHeaders

  constructor(status: number, body: string, headers: IncomingHttpHeaders) {
    super(`${status} ${body}`)
    this.status = status
    this.code = JSON.parse(body).error.code
    this.headers = headers
  }
}

/** Opens a voice socket without a word. @throws Refused */
export function openSocket(url: string, options: CallOptions = {}): Promise<WebSocket> {
  const { path = '/v1/voice', protocols = ['parley.v1'], headers = {}, from } = options
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, [...protocols], {
    headers,
    ...(from === undefined ? {} : { localAddress: from }),
  })
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
    socket.once('unexpected-response', (_, response) => {
      let body = ''
      response.on('data', part => {
        body += String(part)
      })
      response.once('end', () => reject(new Refused(response.statusCode ?? 0, body, response.headers)))
    })
  })
}

/** A caller over a real socket: speaks samples at real-time pace, plays what comes and reports it, keeps everything. */
export class VoiceCaller {
  readonly messages: ServerMessage[] = []
  /** Samples of agent audio received, by reply. */
  readonly audio = new Map<string, Int16Array[]>()
  readonly #socket: WebSocket
  readonly #rate: number
  readonly #waiting = new Set<() => void>()
  readonly #reports: NodeJS.Timeout
  #reply:
    | { readonly id: string; readonly sinceMs: number; readonly fromMs: number; samples: number }
    | undefined
  closeCode: number | undefined

  private constructor(socket: WebSocket, rate: number) {
    this.#socket = socket
    this.#rate = rate
    socket.on('message', (data: Buffer, binary) => (binary ? this.#sound(data) : this.#told(String(data))))
    socket.on('close', code => {
      this.closeCode = code
      clearInterval(this.#reports)
      this.#wake()
    })
    this.#reports = setInterval(() => this.#report(), 40)
  }

  /** Connects and says hello. */
  static async call(
    url: string,
    hello: Record<string, unknown> = {},
    options: CallOptions = {},
  ): Promise<VoiceCaller> {
    const caller = await VoiceCaller.connect(url, hello, options)
    await caller.next('ready')
    return caller
  }

  /** As `call`, without waiting for an answer to the hello. */
  static async connect(
    url: string,
    hello: Record<string, unknown> = {},
    options: CallOptions = {},
  ): Promise<VoiceCaller> {
    const caller = new VoiceCaller(await openSocket(url, options), 16_000)
    const pcm = { codec: 'pcm16', sampleRate: 16_000 }
    caller.send({ type: 'hello', version: 1, input: pcm, output: pcm, reportsPlayed: true, ...hello })
    return caller
  }

  send(message: Record<string, unknown>): void {
    this.#socket.send(JSON.stringify(message))
  }

  sendRaw(data: string | Buffer): void {
    this.#socket.send(data)
  }

  of<Type extends ServerMessage['type']>(type: Type): ServerMessageOf<Type>[] {
    return this.messages.filter((message): message is ServerMessageOf<Type> => message.type === type)
  }

  /** The next message of a kind that fits, from `after` on; rejects when the socket closes first, or none comes at all. */
  async next<Type extends ServerMessage['type']>(
    type: Type,
    fits: (message: ServerMessageOf<Type>) => boolean = () => true,
    after = 0,
  ): Promise<ServerMessageOf<Type>> {
    let isInVain = false
    const timer = setTimeout(() => {
      isInVain = true
      this.#wake()
    }, IN_VAIN_MS)
    try {
      for (;;) {
        const found = this.messages
          .slice(after)
          .find(
            (message): message is ServerMessageOf<Type> => message.type === type && fits(message as never),
          )
        if (found !== undefined) return found
        if (this.closeCode !== undefined)
          throw new Error(`the socket closed (${this.closeCode}) before ${type}`)
        if (isInVain) throw new Error(`no ${type} that fits; ${JSON.stringify(this.messages.slice(-12))}`)
        await new Promise<void>(resolve => this.#waiting.add(resolve))
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Speaks at real-time pace, then stays on the line in silence for `thenSilenceMs`. */
  async speak(samples: Int16Array, thenSilenceMs = 0): Promise<void> {
    const frame = (this.#rate * FRAME_MS) / 1000
    const silence = new Int16Array(Math.round((this.#rate * thenSilenceMs) / 1000))
    const started = performance.now()
    let sent = 0
    for (const part of [samples, silence]) {
      for (let at = 0; at < part.length; at += frame) {
        const piece = part.slice(at, at + frame)
        if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(Buffer.from(piece.buffer))
        sent += 1
        const waitMs = started + sent * FRAME_MS - performance.now()
        if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs))
      }
    }
  }

  /** The connection breaks without a word. */
  drop(): void {
    this.#socket.terminate()
  }

  async hangUp(): Promise<void> {
    if (this.closeCode !== undefined) return
    this.send({ type: 'bye' })
    await this.closed()
  }

  /** The code the socket closed with, once it has. */
  async closed(): Promise<number> {
    while (this.closeCode === undefined) await new Promise<void>(resolve => this.#waiting.add(resolve))
    return this.closeCode
  }

  #told(text: string): void {
    const message = serverMessageSchema.parse(JSON.parse(text))
    this.messages.push(message)
    if (message.type === 'audio-begin') {
      this.#reply = { id: message.reply, sinceMs: performance.now(), fromMs: message.fromMs, samples: 0 }
    }
    if (message.type === 'clear' && this.#reply?.id === message.reply) {
      this.#report()
      this.#reply = undefined
    }
    this.#wake()
  }

  #sound(data: Buffer): void {
    const reply = this.#reply
    if (reply === undefined) return
    const samples = new Int16Array(data.length / 2)
    for (let index = 0; index < samples.length; index++) samples[index] = data.readInt16LE(index * 2)
    reply.samples += samples.length
    const kept = this.audio.get(reply.id) ?? []
    kept.push(samples)
    this.audio.set(reply.id, kept)
  }

  #report(): void {
    const reply = this.#reply
    if (reply === undefined || this.#socket.readyState !== WebSocket.OPEN) return
    const played = Math.min((reply.samples * 1000) / this.#rate, performance.now() - reply.sinceMs)
    if (played > 0) this.send({ type: 'played', reply: reply.id, ms: reply.fromMs + played })
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
