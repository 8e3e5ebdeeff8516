/**
 * One conversation of a Socket.IO socket: what its wire says becomes events, and the answer to `call:start` waits here.
 * It writes into the session what a later socket needs to go on.
 */
import type { ClientMessageInput, Hello, ServerMessage, SocketioAnswer } from '@parley/protocol'
import { type BargeInAck, type CallEnded, socketioEventOfMessage } from '@parley/protocol'
import type { VoiceSocket } from '../ws/voice-socket-options.js'
import { CallWire } from './call-wire.js'
import type { EngineLine } from './engine-line.js'
import type { SessionCall, SocketioSession } from './socketio-sessions.js'

export interface SocketioCallOptions {
  readonly hello: Hello
  readonly session: SocketioSession
  readonly line: Pick<EngineLine, 'unsentBytes'>
  emit(event: string, payload: unknown): void
  /** Begins to serve the wire. */
  serve(wire: CallWire): VoiceSocket
  /** Told once that the conversation has no wire any more. */
  over(): void
}

/** Codes of a wire whose session waits for its client: cut, or read too slowly. */
const waitingCodes: readonly number[] = [1006, 1013]

export class SocketioCall {
  readonly #options: SocketioCallOptions
  readonly #wire: CallWire
  readonly #socket: VoiceSocket
  #kept: SessionCall | undefined
  #id: string | null = null
  #commanded: string | undefined
  #lastError: Extract<ServerMessage, { type: 'error' }> | undefined
  #started: (answer: SocketioAnswer) => void

  constructor(options: SocketioCallOptions, started: (answer: SocketioAnswer) => void) {
    this.#options = options
    this.#started = once(started)
    this.#wire = new CallWire({
      line: options.line,
      message: message => this.#tell(message),
      audio: bytes => options.emit('audio:chunk', bytes),
      ended: (code, reason) => this.#ended(code, reason),
    })
    this.#socket = options.serve(this.#wire)
    this.#wire.deliver(options.hello)
  }

  /** Passes a message of the client on, and gives how it is to be acknowledged. */
  say(message: ClientMessageInput | Uint8Array): SocketioAnswer {
    const answers = this.#wire.deliver(message)
    const error = answers.find(answer => answer.type === 'error')
    if (error !== undefined) return refusal(error)
    const interrupted = answers.find(answer => answer.type === 'interrupted')
    return interrupted === undefined ? { ok: true } : { ok: true, heard: interrupted.heard }
  }

  announceDraining(deadlineMs: number): void {
    this.#socket.announceDraining(deadlineMs)
  }

  drained(): void {
    this.#wire.drained()
  }

  /** The socket is gone: on purpose, or so that the conversation waits for it. */
  leave(meant: boolean): void {
    if (this.#kept?.holder === this) this.#keep(meant ? undefined : { ...this.#kept, lost: 'lost' })
    this.#started({ ok: false, code: 'timeout', message: 'The socket closed.' })
    this.#wire.lost(meant ? 1000 : 1006)
    this.#options.over()
  }

  #tell(message: ServerMessage): void {
    const { emit } = this.#options
    if (message.type === 'ready') return this.#ready(message)
    if (message.type === 'encrypted') return
    if (message.type === 'interrupted') {
      this.#commanded = message.heard?.reply
      return emit('barge-in:ack', { heard: message.heard, by: 'command' } satisfies BargeInAck)
    }
    if (message.type === 'error') this.#lastError = message
    if (message.type === 'role') this.#become(message)
    const { type, ...payload } = message
    // Whoever has the token has the conversation; here it is had by the session.
    if ('resumeToken' in payload) delete (payload as { resumeToken?: string }).resumeToken
    emit(socketioEventOfMessage[type], payload)
    if (message.type !== 'reply-ended' || !message.interrupted || message.reply === this.#commanded) return
    emit('barge-in:ack', { heard: message.heard, by: 'voice' } satisfies BargeInAck)
  }

  #ready({ type, resumeToken, version, ...facts }: Extract<ServerMessage, { type: 'ready' }>): void {
    this.#id = facts.session
    this.#keep({ hello: this.#options.hello, resumeToken, holder: this, lost: undefined })
    this.#options.emit('call:started', facts)
    this.#started({ ok: true, ...facts })
  }

  /** From here on it comes back as what it is now. */
  #become({ role, resumeToken = '' }: Extract<ServerMessage, { type: 'role' }>): void {
    const call = this.#kept
    if (call === undefined || this.#id === null || this.#options.session.call?.holder !== this) return
    const { hears = 'agent' } = call.hello.join ?? {}
    const join = { session: this.#id, as: role, hears }
    this.#keep({ ...call, hello: { ...call.hello, join }, resumeToken })
  }

  #keep(call: SessionCall | undefined): void {
    this.#kept = call
    this.#options.session.call = call
  }

  #ended(code: number, reason: string): void {
    const isOurs = this.#kept !== undefined && this.#options.session.call?.holder === this
    const resumable = isOurs && waitingCodes.includes(code)
    if (isOurs) this.#keep(resumable && this.#kept ? { ...this.#kept, lost: 'lost' } : undefined)
    const error = this.#lastError
    this.#started(error === undefined ? { ok: false, code: 'internal', message: reason } : refusal(error))
    this.#options.emit('call:ended', { session: this.#id, reason, resumable } satisfies CallEnded)
    this.#options.over()
  }
}

function refusal(error: Extract<ServerMessage, { type: 'error' }>): SocketioAnswer {
  const { code, message, retryAfterMs } = error
  return { ok: false, code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

function once<Value>(tell: (value: Value) => void): (value: Value) => void {
  let told = false
  return value => {
    if (told) return
    told = true
    tell(value)
  }
}
