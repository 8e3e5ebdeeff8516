/**
 * The wire of one conversation inside a Socket.IO socket. It looks like a WebSocket that carries this conversation alone,
 * so that both edges have one life, one outbox and one dialogue; what passes is objects on one side, text on the other.
 *
 * Invariant: after `close` nothing passes either way, and `close` is told once, never from within a call.
 */
import type { ClientMessageInput, ServerMessage } from '@parley/protocol'
import type { RawData } from 'ws'
import type { MessageSocket } from '../ws/message-socket.js'
import type { EngineLine } from './engine-line.js'

export interface CallWireOptions {
  readonly line: Pick<EngineLine, 'unsentBytes'>
  message(message: ServerMessage): void
  audio(bytes: Uint8Array): void
  /** The conversation lets go of the wire; `reason` is a word. */
  ended(code: number, reason: string): void
}

type OnMessage = (data: RawData, isBinary: boolean) => void
type OnClose = (code: number) => void

const OPEN = 1
const CLOSED = 3
const text = new TextEncoder()

export class CallWire implements MessageSocket {
  readonly CLOSED = CLOSED
  readonly #options: CallWireOptions
  #state = OPEN
  #written: (() => void) | undefined
  #onMessage: OnMessage = () => {}
  #onClose: OnClose = () => {}
  /** What is said in answer to what is being delivered. */
  #answers: ServerMessage[] | undefined

  constructor(options: CallWireOptions) {
    this.#options = options
  }

  get readyState(): number {
    return this.#state
  }

  get bufferedAmount(): number {
    return this.#options.line.unsentBytes
  }

  /** Gives what was said in answer before this returns. */
  deliver(message: ClientMessageInput | Uint8Array): readonly ServerMessage[] {
    if (this.#state === CLOSED) return []
    const isBinary = message instanceof Uint8Array
    const bytes = isBinary ? message : text.encode(JSON.stringify(message))
    const answers: ServerMessage[] = []
    this.#answers = answers
    this.#onMessage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), isBinary)
    this.#answers = undefined
    return answers
  }

  /** Some of what was sent has left the process. */
  drained(): void {
    const written = this.#written
    this.#written = undefined
    written?.()
  }

  /** The far end is gone. */
  lost(code: number): void {
    if (this.#state === CLOSED) return
    this.#state = CLOSED
    queueMicrotask(() => this.#onClose(code))
  }

  send(data: string | Uint8Array, _options: object, written?: () => void): void {
    if (this.#state === CLOSED) return
    if (written !== undefined) this.#written = written
    if (typeof data !== 'string') return this.#options.audio(data)
    const message = JSON.parse(data) as ServerMessage
    this.#answers?.push(message)
    this.#options.message(message)
  }

  close(code: number, reason: string): void {
    this.#end(code, reason)
  }

  terminate(): void {
    this.#end(1006, 'lost')
  }

  /** One listener each; faults of the line end the Socket.IO socket, which says so. */
  on(event: 'message', listener: OnMessage): void
  on(event: 'close', listener: OnClose): void
  on(event: 'error', listener: (error: Error) => void): void
  on(event: string, listener: OnMessage | OnClose | ((error: Error) => void)): void {
    if (event === 'message') this.#onMessage = listener as OnMessage
    else if (event === 'close') this.#onClose = listener as OnClose
  }

  #end(code: number, reason: string): void {
    if (this.#state === CLOSED) return
    this.#options.ended(code, reason.split(';')[0] ?? reason)
    this.lost(code)
  }
}
