/**
 * The life of one phone stream: connected, start with a token, dialogue, close. Nothing a carrier sends throws out of
 * here. Until `start` has brought a good token nothing is opened and nothing is kept.
 *
 * Invariant: a session that was opened is told at most once that its leg is gone, and always unless it closed the leg
 * itself; also when it opens too late.
 */
import { type Cancel, type Clock, type CloseReason, ParleyError } from '@parley/core'
import { type PhoneCarrierMessage, type PhoneStart, phoneStreamOf } from '@parley/protocol'
import { bytesOf } from '../ws/bytes-of.js'
import { reasonText } from '../ws/close-codes.js'
import { createKeptMessages, type KeptMessages } from '../ws/kept-messages.js'
import { createLeakyBucket, type LeakyBucket } from '../ws/leaky-bucket.js'
import type { VoiceHost, VoicePrincipal } from '../ws/voice-host.js'
import type { VoiceLog } from '../ws/voice-log.js'
import { readCarrierMessage } from './carrier-message.js'
import { createPhoneDialogue, type PhoneDialogue } from './phone-dialogue.js'
import * as endings from './phone-endings.js'
import { phoneHello } from './phone-hello.js'
import { createPhoneIn, type PhoneIn } from './phone-in.js'
import type { PhoneLimits } from './phone-limits.js'
import type { PhoneSocket } from './phone-socket.js'
import { PhoneTransport } from './phone-transport.js'

export interface PhoneSocketOptions {
  readonly socket: PhoneSocket
  /** Who brought this token, undefined for none. Throws `ParleyError` for whoever may not talk. */
  identify(token: string | undefined): Promise<VoicePrincipal>
  readonly host: Pick<VoiceHost, 'open'>
  readonly clock: Clock
  readonly log: VoiceLog
  readonly limits: PhoneLimits
}

/** Serves the socket until it closes. Never throws. */
export function servePhoneSocket(options: PhoneSocketOptions): void {
  new PhoneSocketLife(options)
}

class PhoneSocketLife {
  readonly #options: PhoneSocketOptions
  readonly #messages: LeakyBucket
  readonly #kept: KeptMessages
  readonly #abort = new AbortController()
  #phase: 'start' | 'opening' | 'talking' | 'leaving' | 'over' = 'start'
  #deadline: Cancel
  #stopGrace: Cancel = () => {}
  #stopWatching: Cancel = () => {}
  #transport: PhoneTransport | undefined
  #phoneIn: PhoneIn | undefined
  #dialogue: PhoneDialogue | undefined
  #session: string | undefined
  #opened = false
  #badInARow = 0
  #told = false
  #heardSince = false
  /** What a session that opens after the end is told. */
  #lateReason: CloseReason = 'client'

  constructor(options: PhoneSocketOptions) {
    this.#options = options
    const { socket, clock, limits, log } = options
    this.#messages = createLeakyBucket(clock, limits.messagesPerSecond, limits.messageBurst)
    this.#kept = createKeptMessages(limits.keptBytes)
    this.#deadline = clock.after(limits.startMs, () => this.#end(endings.noStart(limits.startMs)))
    socket.on('message', (data, isBinary) => this.#receive(bytesOf(data), isBinary))
    socket.on('close', () => {
      this.#stopGrace()
      this.#end(endings.gone)
    })
    socket.on('error', error => log.warn({ ...this.#facts(), error: error.message }, 'phone socket fault'))
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    if (this.#phase === 'over' || this.#phase === 'leaving') return
    this.#heardSince = true
    try {
      this.#admit(bytes, isBinary)
      if (this.#phase === 'opening') return this.#kept.keep(bytes, isBinary)
      const message = readCarrierMessage(bytes.toString())
      if (message === undefined) return
      if (this.#phase === 'start') this.#awaitStart(message)
      else this.#dialogue?.take(message)
      this.#badInARow = 0
    } catch (thrown) {
      this.#fault(thrown)
    }
  }

  #admit({ length }: Buffer, isBinary: boolean): void {
    const { messagesPerSecond, messageBytes } = this.#options.limits
    if (!this.#messages.add(1)) {
      throw new ParleyError('rate_limited', `Over ${messagesPerSecond} messages a second.`)
    }
    if (length > messageBytes) {
      throw new ParleyError('too_large', `The message has ${length} bytes; ${messageBytes} is the most.`)
    }
    if (isBinary) throw new ParleyError('bad_message', 'A media stream has text messages only.')
  }

  #awaitStart(message: PhoneCarrierMessage): void {
    if (message.event === 'connected') return
    if (message.event !== 'start') {
      throw new ParleyError('bad_message', `\`start\` comes before \`${message.event}\`.`)
    }
    const { clock, limits } = this.#options
    this.#phase = 'opening'
    this.#deadline()
    this.#deadline = clock.after(limits.openMs, () => this.#end(endings.openTimeout()))
    void this.#open(message)
  }

  async #open(start: PhoneStart): Promise<void> {
    const { identify, host, socket, clock, limits } = this.#options
    const { signal } = this.#abort
    try {
      const { token, ...wanted } = start.start.customParameters
      const principal = await identify(token)
      if (signal.aborted) return
      const transport = new PhoneTransport({
        socket,
        streamSid: phoneStreamOf(start),
        clock,
        limits,
        onClose: reason => {
          this.#told = true
          this.#end(endings.bySession(reason))
        },
        onStall: () => this.#end(endings.stalled()),
      })
      this.#transport = transport
      const opened = await host.open({
        hello: phoneHello(wanted),
        principal,
        transport,
        signal,
        edge: 'phone',
      })
      this.#session = opened.session
      this.#stands(transport)
    } catch (thrown) {
      this.#refused(thrown)
    }
  }

  #stands(transport: PhoneTransport): void {
    this.#opened = true
    if (this.#phase !== 'opening') return this.#tell(this.#lateReason)
    const { clock, limits, log } = this.#options
    this.#deadline()
    this.#phase = 'talking'
    this.#phoneIn = createPhoneIn({ clock, ...limits })
    this.#dialogue = createPhoneDialogue(transport, this.#phoneIn, () => this.#leave())
    this.#watch()
    const { dropped } = this.#kept
    if (dropped > 0)
      log.warn({ ...this.#facts(), dropped }, 'phone: messages before the session were dropped')
    for (const { bytes, isBinary } of this.#kept.take()) this.#receive(bytes, isBinary)
  }

  #watch(): void {
    const { clock, limits } = this.#options
    this.#heardSince = false
    this.#stopWatching = clock.after(limits.silentMs, () => {
      if (this.#heardSince) this.#watch()
      else this.#end(endings.silent())
    })
  }

  /** The session says its last words and closes the leg; if it does not, the socket closes all the same. */
  #leave(): void {
    const { clock, limits } = this.#options
    this.#phase = 'leaving'
    this.#stopWatching()
    this.#deadline = clock.after(limits.byeMs, () => this.#end(endings.afterStop()))
    this.#tell('client')
  }

  #fault(thrown: unknown): void {
    const error = ParleyError.from(thrown)
    if (error.code === 'internal') return this.#ourFault(thrown)
    this.#badInARow += 1
    const patient = this.#phase !== 'start' && error.code === 'bad_message'
    if (patient && this.#badInARow < this.#options.limits.badMessages) return
    this.#end(endings.refusal(error, 'client'))
  }

  #ourFault(thrown: unknown): void {
    this.#options.log.warn({ ...this.#facts(), error: thrown }, 'phone socket: internal fault')
    this.#end(endings.ours(thrown))
  }

  #refused(thrown: unknown): void {
    if (this.#phase === 'over') return
    if (!(thrown instanceof ParleyError) || thrown.code === 'internal') return this.#ourFault(thrown)
    this.#end(endings.refusal(thrown))
  }

  #end({ closing, error, tell }: endings.PhoneEnding): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    const counts = this.#phoneIn?.counts
    const facts = { ...this.#facts(), ...counts, code: closing?.code, error: error?.code, tell }
    this.#options.log.info(facts, 'phone socket ended')
    this.#deadline()
    this.#stopWatching()
    this.#transport?.shut()
    this.#closeSocket(closing)
    this.#abort.abort()
    if (tell === undefined) return
    this.#lateReason = tell
    if (this.#opened) this.#tell(tell)
  }

  #closeSocket(closing: endings.PhoneEnding['closing']): void {
    const { socket, clock, limits } = this.#options
    if (closing === undefined) return socket.terminate()
    // Before the close: it may be answered at once.
    this.#stopGrace = clock.after(limits.closeGraceMs, () => socket.terminate())
    socket.close(closing.code, reasonText(closing.reason))
  }

  #tell(reason: CloseReason): void {
    if (this.#told) return
    this.#told = true
    try {
      this.#transport?.inbox?.closed(reason)
    } catch (thrown) {
      this.#options.log.warn({ ...this.#facts(), error: thrown }, 'phone socket: the session failed to close')
    }
  }

  #facts(): object {
    return { session: this.#session }
  }
}
