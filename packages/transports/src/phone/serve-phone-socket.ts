/**
 * The life of one phone stream: connected, start with a token, dialogue, close. Nothing a carrier sends throws out of
 * here. Until `start` has brought a good token nothing is opened and nothing is kept.
 *
 * Invariant: a session that was opened is told at most once that its leg is gone, and always unless it closed the leg
 * itself, the leg was released, or another stream has its place; also when it opens too late.
 */
import { type Cancel, type CloseReason, ParleyError } from '@parley/core'
import type { PhoneCarrierMessage, PhoneStartFacts } from '@parley/protocol'
import { bytesOf } from '../ws/bytes-of.js'
import { type Closing, reasonText } from '../ws/close-codes.js'
import { createKeptMessages, type KeptMessages } from '../ws/kept-messages.js'
import { readCarrierMessage } from './carrier-message.js'
import { createPhoneBeginning, type StartedPhone } from './phone-beginning.js'
import { createPhoneCalls, type PhoneCalls } from './phone-calls.js'
import { createPhoneCodec, type PhoneCodec } from './phone-codec.js'
import { createPhoneDialogue, type PhoneDialogue } from './phone-dialogue.js'
import * as endings from './phone-endings.js'
import { createPhoneFarewell, type PhoneFarewell } from './phone-farewell.js'
import { createPhoneGate, type PhoneGate } from './phone-gate.js'
import { createPhoneKept, takeHangUp } from './phone-kept.js'
import { createPhoneLeg } from './phone-leg.js'
import { createPhoneOpening, type OpenedPhone, type PhoneOpeningWork } from './phone-opening.js'
import { createPhoneSilence, type PhoneSilence } from './phone-silence.js'
import type { PhoneSocketOptions } from './phone-socket-options.js'

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
  readonly #farewell: PhoneFarewell
  readonly #silence: PhoneSilence
  #kept: KeptMessages = createKeptMessages(0)
  #phase: 'start' | 'opening' | 'talking' | 'leaving' | 'over' = 'start'
  #deadline: Cancel
  #stopGrace: Cancel = () => {}
  readonly #beginning = createPhoneBeginning()
  #opening: PhoneOpeningWork | undefined
  #dialogue: PhoneDialogue | undefined
  #session: string | undefined
  #badInARow = 0

  constructor(options: PhoneSocketOptions) {
    this.#options = options
    const { socket, clock, limits, log } = options
    this.#gate = createPhoneGate(clock, limits)
    this.#calls = options.calls ?? createPhoneCalls()
    this.#farewell = createPhoneFarewell(reason => this.#tell(reason))
    this.#silence = createPhoneSilence(clock, limits.silentMs, () => this.#end(endings.silent()))
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
    this.#silence.heard()
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
    if (this.#phase === 'start') this.#begin(message)
    else this.#dialogue?.take(message)
    this.#badInARow = 0
  }

  #begin(message: PhoneCarrierMessage): void {
    const started = this.#beginning.take(message)
    if (started === undefined) return
    const { clock, limits } = this.#options
    this.#phase = 'opening'
    this.#gate.started()
    this.#deadline()
    this.#deadline = clock.after(limits.openMs, () => this.#end(endings.openTimeout()))
    void this.#open(started)
  }

  async #open({ facts, token }: StartedPhone): Promise<void> {
    const codec = createPhoneCodec(facts.format, this.#options.byteOrder ?? 'little')
    this.#kept = createPhoneKept(this.#options.limits, codec)
    const farewell = this.#farewell
    const isOpen = () => this.#phase === 'opening' || this.#phase === 'talking'
    const end = (ending: endings.PhoneEnding) => this.#end(ending)
    const opening = createPhoneOpening({
      ...this.#options,
      facts,
      token,
      codec,
      calls: this.#calls,
      legOf: transport => createPhoneLeg({ facts, transport, farewell, isOpen, end }),
      onClose(reason) {
        farewell.knows()
        end(endings.bySession(reason))
      },
      onStall: () => end(endings.stalled()),
      onReplaced: () => end(endings.replaced),
    })
    this.#opening = opening
    try {
      const opened = await opening.run()
      if (opened !== undefined) this.#stands(facts, codec, opened)
    } catch (thrown) {
      this.#refused(thrown)
    }
  }

  #stands({ dialect }: PhoneStartFacts, codec: PhoneCodec, { transport, ...opened }: OpenedPhone): void {
    this.#session = opened.session
    this.#farewell.opened(opened.resumable ?? false)
    if (this.#phase !== 'opening') return
    const { clock, limits, log } = this.#options
    this.#deadline()
    this.#phase = 'talking'
    this.#opening?.stands()
    this.#dialogue = createPhoneDialogue({
      dialect,
      codec,
      transport,
      clock,
      limits,
      onStop: () => this.#leave(),
      onError: ({ payload }) =>
        log.warn({ ...this.#facts(), code: payload?.code }, 'phone: the carrier reports a fault'),
      onFault: thrown => this.#fault(thrown),
    })
    this.#silence.watch()
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

  /** The session says its last words and closes the leg; if it does not, the socket closes all the same. */
  #leave(): void {
    if (this.#farewell.released) return this.#end(endings.afterStop())
    const { clock, limits } = this.#options
    this.#phase = 'leaving'
    this.#silence.stop()
    this.#deadline = clock.after(limits.byeMs, () => this.#end(endings.afterStop()))
    this.#farewell.tell(endings.closedByLeg)
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
    const hungUp = this.#phase === 'opening' && takeHangUp(this.#kept)
    this.#phase = 'over'
    const { closing, error, tell } = ending
    const { droppedKeys } = this.#gate
    const counts = { ...this.#dialogue?.counts, ...(droppedKeys > 0 ? { droppedKeys } : {}) }
    const ended = { code: closing?.code, error: error?.code, reason: error?.message, tell }
    const facts = { ...this.#facts(), ...counts, ...ended }
    this.#options.log.info(facts, 'phone socket ended')
    this.#deadline()
    this.#silence.stop()
    this.#dialogue?.close()
    this.#opening?.close()
    this.#closeSocket(closing)
    this.#farewell.tell(hungUp && tell === 'client' ? endings.closedByLeg : ending)
  }

  #closeSocket(closing: Closing | undefined): void {
    const { socket, clock, limits } = this.#options
    if (closing === undefined) return socket.terminate()
    // Before the close: it may be answered at once.
    this.#stopGrace = clock.after(limits.closeGraceMs, () => socket.terminate())
    socket.close(closing.code, reasonText(closing.reason))
  }

  #tell(reason: CloseReason): void {
    try {
      this.#opening?.transport?.inbox?.closed(reason)
    } catch (thrown) {
      this.#options.log.warn({ ...this.#facts(), error: thrown }, 'phone socket: the session failed to close')
    }
  }

  #facts(): object {
    return { session: this.#session }
  }
}
