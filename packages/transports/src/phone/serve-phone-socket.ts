/**
 * The life of one phone stream: connected, start with a token, dialogue, close. Nothing a carrier sends throws out of
 * here. Until `start` has brought a good token nothing is opened and nothing is kept.
 *
 * Invariant: a session that was opened is told at most once that its leg is gone, and always unless it closed the leg
 * itself, the leg was released, or another stream has its place; also when it opens too late.
 */
import { type Cancel, type Clock, type CloseReason, ParleyError } from '@parley/core'
import {
  type PhoneCarrierMessage,
  type PhoneConnected,
  type PhoneStart,
  type PhoneStartFacts,
  readPhoneStart,
} from '@parley/protocol'
import { bytesOf } from '../ws/bytes-of.js'
import { reasonText } from '../ws/close-codes.js'
import { createKeptMessages, type KeptMessages } from '../ws/kept-messages.js'
import type { VoiceLog } from '../ws/voice-log.js'
import { readCarrierMessage } from './carrier-message.js'
import { createPhoneCalls, type PhoneCallPlace, type PhoneCalls } from './phone-calls.js'
import { type ByteOrder, createPhoneCodec, type PhoneCodec } from './phone-codec.js'
import { createPhoneDialogue, type PhoneDialogue } from './phone-dialogue.js'
import * as endings from './phone-endings.js'
import { createPhoneGate, type PhoneGate } from './phone-gate.js'
import { phoneHello } from './phone-hello.js'
import { createPhoneIn, type PhoneIn } from './phone-in.js'
import type { PhoneLimits } from './phone-limits.js'
import type { IdentifyPhone, PhoneHost, PhoneIdentity, PhoneLeg } from './phone-port.js'
import type { PhoneSocket } from './phone-socket.js'
import { PhoneTransport } from './phone-transport.js'

export interface PhoneSocketOptions {
  readonly socket: PhoneSocket
  readonly identify: IdentifyPhone
  readonly host: PhoneHost
  /** Shared by all streams of the process; without it, this one knows of no other. */
  readonly calls?: PhoneCalls
  /** Of PCM16. Default little. */
  readonly byteOrder?: ByteOrder
  readonly clock: Clock
  readonly log: VoiceLog
  readonly limits: PhoneLimits
}

/** Serves the socket until it closes. Never throws. */
export function servePhoneSocket(options: PhoneSocketOptions): void {
  new PhoneSocketLife(options)
}

/** Faults of single messages, which are passed over unless they come in a row. */
const patientWith: readonly string[] = ['bad_message', 'bad_audio']

class PhoneSocketLife {
  readonly #options: PhoneSocketOptions
  readonly #gate: PhoneGate
  readonly #calls: PhoneCalls
  readonly #abort = new AbortController()
  #kept: KeptMessages = createKeptMessages(0)
  #phase: 'start' | 'opening' | 'talking' | 'leaving' | 'over' = 'start'
  #deadline: Cancel
  #stopGrace: Cancel = () => {}
  #stopWatching: Cancel = () => {}
  #connected: PhoneConnected | undefined
  #transport: PhoneTransport | undefined
  #phoneIn: PhoneIn | undefined
  #dialogue: PhoneDialogue | undefined
  #place: PhoneCallPlace | undefined
  #session: string | undefined
  #opened = false
  #resumable = false
  #released = false
  #badInARow = 0
  #told = false
  #heardSince = false
  /** How it ended, for a session that opens after that. */
  #ending: endings.PhoneEnding | undefined

  constructor(options: PhoneSocketOptions) {
    this.#options = options
    const { socket, clock, limits, log } = options
    this.#gate = createPhoneGate(clock, limits)
    this.#calls = options.calls ?? createPhoneCalls()
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
      if (!this.#gate.admit(bytes, isBinary)) return
      if (this.#phase === 'opening') return this.#kept.keep(bytes, isBinary)
      this.#take(bytes)
    } catch (thrown) {
      this.#fault(thrown)
    }
  }

  #take(bytes: Buffer): void {
    const message = readCarrierMessage(bytes.toString())
    if (message === undefined) return
    if (this.#phase === 'start') this.#awaitStart(message)
    else this.#dialogue?.take(message)
    this.#badInARow = 0
  }

  #awaitStart(message: PhoneCarrierMessage): void {
    if (message.event === 'connected') {
      this.#connected ??= message
      return
    }
    if (message.event !== 'start') {
      throw new ParleyError('bad_message', `\`start\` comes before \`${message.event}\`.`)
    }
    const { clock, limits } = this.#options
    this.#phase = 'opening'
    this.#gate.started()
    this.#deadline()
    this.#deadline = clock.after(limits.openMs, () => this.#end(endings.openTimeout()))
    void this.#open(message)
  }

  async #open(message: PhoneStart): Promise<void> {
    const { facts, token } = readPhoneStart(message, this.#connected)
    const codec = createPhoneCodec(facts.format, this.#options.byteOrder ?? 'little')
    this.#kept = createKeptMessages((this.#options.limits.keptBytes * codec.bytesPerSecond) / 8_000)
    try {
      const identity = await this.#options.identify(token, facts)
      if (this.#abort.signal.aborted) return
      this.#enter(facts, identity)
      const transport = this.#createTransport(facts, codec)
      await this.#openSession(facts, identity, transport)
      this.#stands(facts, codec, transport)
    } catch (thrown) {
      this.#refused(thrown)
    }
  }

  /** Takes the call's place among the streams of this process. */
  #enter({ callSid }: PhoneStartFacts, { principal: { tenant }, ticket }: PhoneIdentity): void {
    if (ticket?.callSid !== undefined && ticket.callSid !== callSid) {
      throw new ParleyError('forbidden', 'The token is for another call.')
    }
    if (callSid === undefined) return
    const stream = { replaced: () => this.#end(endings.replaced) }
    this.#place = this.#calls.enter({ tenant, callSid }, stream, ticket?.resumes !== undefined)
  }

  #createTransport(facts: PhoneStartFacts, codec: PhoneCodec): PhoneTransport {
    const { socket, clock, limits } = this.#options
    const transport = new PhoneTransport({
      socket,
      facts,
      codec,
      clock,
      limits,
      onClose: reason => {
        this.#told = true
        this.#end(endings.bySession(reason))
      },
      onStall: () => this.#end(endings.stalled()),
    })
    this.#transport = transport
    return transport
  }

  async #openSession(
    facts: PhoneStartFacts,
    { principal, ticket }: PhoneIdentity,
    transport: PhoneTransport,
  ): Promise<void> {
    const opened = await this.#options.host.open({
      hello: phoneHello(ticket ?? facts.parameters),
      principal,
      transport,
      signal: this.#abort.signal,
      edge: 'phone',
      phone: { ...facts, leg: this.#leg(facts, transport), ...(ticket === undefined ? {} : { ticket }) },
    })
    this.#session = opened.session
    this.#resumable = opened.resumable ?? false
  }

  #leg(facts: PhoneStartFacts, transport: PhoneTransport): PhoneLeg {
    const isOpen = () => this.#phase === 'opening' || this.#phase === 'talking'
    return {
      facts,
      get open() {
        return isOpen()
      },
      get rttMs() {
        return transport.rttMs
      },
      sendDigits: digits => transport.sendDigits(digits),
      close: () => this.#end(endings.closedByLeg),
      release: code => {
        this.#released = true
        if (code !== undefined) this.#end(endings.released(code))
        return () => {
          if (isOpen()) this.#released = false
          return isOpen()
        }
      },
    }
  }

  #stands({ dialect }: PhoneStartFacts, codec: PhoneCodec, transport: PhoneTransport): void {
    this.#opened = true
    if (this.#phase !== 'opening') return this.#tell(this.#ending)
    const { clock, limits, log } = this.#options
    this.#deadline()
    this.#phase = 'talking'
    this.#place?.stands()
    const phoneIn = createPhoneIn({ clock, codec, ...limits })
    this.#phoneIn = phoneIn
    this.#dialogue = createPhoneDialogue({
      dialect,
      transport,
      phoneIn,
      clock,
      limits,
      onStop: () => this.#leave(),
      onError: ({ payload }) =>
        log.warn({ ...this.#facts(), code: payload?.code }, 'phone: the carrier reports a fault'),
      onFault: thrown => this.#fault(thrown),
    })
    this.#watch()
    const { dropped } = this.#kept
    if (dropped > 0)
      log.warn({ ...this.#facts(), dropped }, 'phone: messages before the session were dropped')
    for (const { bytes } of this.#kept.take()) this.#takeKept(bytes)
  }

  /** It was let through the gate when it came. */
  #takeKept(bytes: Buffer): void {
    if (this.#phase !== 'talking') return
    try {
      this.#take(bytes)
    } catch (thrown) {
      this.#fault(thrown)
    }
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
    if (this.#released) return this.#end(endings.afterStop())
    const { clock, limits } = this.#options
    this.#phase = 'leaving'
    this.#stopWatching()
    this.#deadline = clock.after(limits.byeMs, () => this.#end(endings.afterStop()))
    this.#tell(endings.closedByLeg)
  }

  #fault(thrown: unknown): void {
    const error = ParleyError.from(thrown)
    if (error.code === 'internal') return this.#ourFault(thrown)
    this.#badInARow += 1
    const patient = this.#phase !== 'start' && patientWith.includes(error.code)
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

  #end(ending: endings.PhoneEnding): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#ending = ending
    const { closing, error, tell } = ending
    const { droppedKeys } = this.#gate
    const counts = { ...this.#phoneIn?.counts, ...(droppedKeys > 0 ? { droppedKeys } : {}) }
    const facts = { ...this.#facts(), ...counts, code: closing?.code, error: error?.code, reason: error?.message, tell }
    this.#options.log.info(facts, 'phone socket ended')
    this.#deadline()
    this.#stopWatching()
    this.#dialogue?.close()
    this.#place?.leave()
    this.#transport?.shut()
    this.#closeSocket(closing)
    this.#abort.abort()
    if (this.#opened) this.#tell(ending)
  }

  #closeSocket(closing: endings.PhoneEnding['closing']): void {
    const { socket, clock, limits } = this.#options
    if (closing === undefined) return socket.terminate()
    // Before the close: it may be answered at once.
    this.#stopGrace = clock.after(limits.closeGraceMs, () => socket.terminate())
    socket.close(closing.code, reasonText(closing.reason))
  }

  #tell(ending: endings.PhoneEnding | undefined): void {
    if (this.#told || this.#released || ending?.tell === undefined) return
    this.#told = true
    const broke = this.#resumable && ending.tell === 'client' && ending.final !== true
    const reason: CloseReason = broke ? 'lost' : ending.tell
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
