/**
 * The Socket.IO line of the assistant: connects, says who is there, counts, and comes back with its session. The library
 * is loaded when it is first needed, so that pages without it do not carry it.
 */
import type { SocketioAnswer } from '@parley/protocol'
import type { Socket } from 'socket.io-client'
import { ClientError } from '../client-error.js'
import type { SocketClientOptions, SocketMetrics } from './assistant-types.js'

type Answer = Extract<SocketioAnswer, { ok: true }>
type Listener = (name: string, payload: unknown) => void

const DEFAULT_ANSWER_MS = 15_000

export class SocketClient {
  /** As it will be used at the next `connect`. */
  readonly config: {
    transports: ('websocket' | 'polling')[]
    reconnection: boolean
    reconnectionAttempts: number
  }
  readonly #options: SocketClientOptions
  readonly #listeners = new Set<Listener>()
  #socket: Socket | undefined
  #sessionId: string | undefined
  #authenticated = false
  #connecting: Promise<void> | undefined
  #counts = { messagesSent: 0, messagesReceived: 0, audioChunksSent: 0, audioChunksReceived: 0 }
  #latency: number | null = null

  constructor(options: SocketClientOptions = {}) {
    this.#options = options
    this.config = {
      transports: [...(options.transports ?? (['websocket', 'polling'] as const))],
      reconnection: options.reconnection ?? true,
      reconnectionAttempts: options.reconnectionAttempts ?? 5,
    }
  }

  get connected(): boolean {
    return this.#socket?.connected ?? false
  }

  get authenticated(): boolean {
    return this.connected && this.#authenticated
  }

  getMetrics(): SocketMetrics {
    return { ...this.#counts, latency: this.#latency }
  }

  /**
   * Hears every event of the gateway until the returned function is called; and of the line itself `disconnect`,
   * `connect_error` for each try to come back that fails, and `reconnect_failed` (a ClientError) when no more will be made.
   */
  onAny(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves once the gateway knows who is there. Rejects with `connect-failed` or `refused`. */
  connect(): Promise<void> {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  /** Resolves with the gateway's answer. Rejects with `refused`, `timeout` or `not-connected`. */
  async ask(event: string, payload?: unknown): Promise<Answer> {
    const socket = this.#socket
    if (socket === undefined || !socket.connected) throw new ClientError('not-connected')
    this.#counts.messagesSent += 1
    const timed = socket.timeout(this.#options.answerMs ?? DEFAULT_ANSWER_MS)
    let answer: SocketioAnswer
    try {
      answer = await (payload === undefined ? timed.emitWithAck(event) : timed.emitWithAck(event, payload))
    } catch (cause) {
      throw new ClientError('timeout', undefined, { cause })
    }
    if (answer.ok) return answer
    throw new ClientError('refused', answer.message, { details: { serverCode: answer.code } })
  }

  /** Says something that needs no answer. */
  tell(event: string, payload: object): void {
    if (!this.connected) return
    this.#counts.messagesSent += 1
    this.#socket?.emit(event, payload)
  }

  /** Sound of the caller; nothing where there is no connection, for late sound helps nobody. */
  sendAudio(bytes: ArrayBuffer): void {
    if (!this.connected) return
    this.#counts.audioChunksSent += 1
    this.#socket?.emit('audio:chunk', bytes)
  }

  /** Measures the round trip, ms. */
  async ping(): Promise<number> {
    const beganMs = performance.now()
    await this.ask('ping')
    this.#latency = performance.now() - beganMs
    return this.#latency
  }

  /** Cuts the line without a word, as a network does; it is then tried again. */
  drop(): void {
    this.#socket?.io.engine.close()
  }

  disconnect(): void {
    this.#socket?.disconnect()
    this.#socket = undefined
    this.#authenticated = false
  }

  async #connect(): Promise<void> {
    if (this.authenticated) return
    this.disconnect()
    const { io } = await import('socket.io-client')
    const url = this.#options.url ?? globalThis.location?.origin
    if (url === undefined) throw new ClientError('bad-option', 'Outside a page `url` has to be given.')
    const socket = io(url, {
      ...this.config,
      forceNew: true,
      auth: give => void this.#credentials().then(give, () => give({})),
    })
    this.#socket = socket
    socket.onAny((name: string, payload: unknown) => this.#heard(name, payload))
    socket.on('disconnect', reason => {
      this.#authenticated = false
      this.#tell('disconnect', { reason })
      // The gateway itself closed it; the library then makes no further try.
      if (reason === 'io server disconnect') this.#giveUp(socket, new ClientError('connection-lost'))
    })
    await this.#untilKnown(socket)
  }

  /** The first connection decides; later ones come back by themselves and tell `authenticated` again. */
  #untilKnown(socket: Socket): Promise<void> {
    return new Promise((resolve, reject) => {
      let known = false
      socket.on('connect_error', cause => {
        const error = connectError(cause)
        if (!known) {
          this.disconnect()
          return reject(error)
        }
        this.#tell('connect_error', { message: error.message })
        if (!socket.active) this.#giveUp(socket, error)
      })
      socket.io.on('reconnect_failed', () => this.#giveUp(socket, new ClientError('connection-lost')))
      socket.on('connected', ({ authenticated }: { authenticated: boolean }) => {
        const welcome = () => {
          known = true
          resolve()
        }
        if (authenticated) return welcome()
        const sessionId = this.#sessionId
        this.ask('authenticate', sessionId === undefined ? {} : { sessionId }).then(welcome, error => {
          if (known && error.code === 'refused') this.#giveUp(socket, error)
          reject(error)
        })
      })
    })
  }

  #giveUp(socket: Socket, error: ClientError): void {
    if (this.#socket !== socket) return
    this.disconnect()
    // Whoever begins again begins anew, and not in the middle of a call that nobody holds any more.
    this.#sessionId = undefined
    this.#tell('reconnect_failed', error)
  }

  async #credentials(): Promise<object> {
    const { token } = this.#options
    const value = typeof token === 'function' ? await token() : token
    return {
      ...(value === undefined ? {} : { token: value }),
      ...(this.#sessionId === undefined ? {} : { sessionId: this.#sessionId }),
    }
  }

  #heard(name: string, payload: unknown): void {
    if (name === 'audio:chunk') this.#counts.audioChunksReceived += 1
    else this.#counts.messagesReceived += 1
    if (name === 'authenticated') {
      this.#authenticated = true
      this.#sessionId = (payload as { sessionId: string }).sessionId
    }
    if (name === 'latency') this.#latency = (payload as { ms: number }).ms
    this.#tell(name, payload)
  }

  #tell(name: string, payload: unknown): void {
    for (const listener of this.#listeners) listener(name, payload)
  }
}

/** `refused` where the gateway answered, with its own code and words; else it was not reached. */
function connectError(cause: Error & { readonly data?: { readonly code?: string } }): ClientError {
  const serverCode = cause.data?.code
  const code = serverCode === undefined ? 'connect-failed' : 'refused'
  return new ClientError(code, serverCode && cause.message, { cause, details: { serverCode } })
}
