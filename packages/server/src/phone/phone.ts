/**
 * A telephone without a screen: registers at a gateway's emulator, dials or is rung, speaks a recording once the other
 * side lets it, listens to the answer, hangs up.
 */

import { type Clock, ParleyError } from '@parley/core'
import { HANDSET_RATE, type HandsetServerMessage } from '@parley/protocol'
import { openMicrophone } from '../talk/microphone.js'
import { connectHandset, type HandsetWire } from './handset-wire.js'
import { createPhoneBook, type PhoneBook, type PhoneRecord } from './phone-book.js'

export interface PhoneOptions {
  /** `ws://…/v1/handset`. */
  readonly url: string
  readonly token?: string | undefined
  readonly clock: Clock
  /** Ours. */
  readonly number: string
  /** Dials this one; waits to be rung without. */
  readonly dial?: string | undefined
  /** Answers by itself. */
  readonly answers: boolean
  /** Ends after one call. */
  readonly once: boolean
  /** What is said once the other side is quiet, PCM16 at 8 kHz; listens without. */
  readonly says?: Int16Array | undefined
  readonly network?: { readonly jitterMs: number; readonly lossPercent: number } | undefined
  /** Longest wait for a ring, for a connection and for an answer to what was said, ms. */
  readonly waitMs: number
  /** Hears every message, after the book did. */
  readonly onMessage?: (message: HandsetServerMessage, book: PhoneBook) => void
  /** Given once registered: what a person may press. */
  readonly onLine?: (line: PhoneButtons) => void
  /** Ends it: the call is hung up. */
  readonly signal: AbortSignal
}

export interface PhoneButtons {
  answer(): void
  hangUp(): void
  key(digit: string): void
  dial(number: string): void
}

export interface PhoneReport {
  readonly number: string
  readonly calls: readonly PhoneRecord[]
  /** Whether something was heard after what was said. Without a recording: whether anything was. */
  readonly answered: boolean
  /** PCM16 at 8 kHz. */
  readonly audio: Int16Array
}

const LOOK_MS = 50
/** Nobody speaks for so long: it is our turn. */
const TURN_MS = 700
/** The other side may speak first; if it has not begun by then, it does not. */
const GREETING_MS = 3_000
/** Nothing more is expected after this much quiet. */
const QUIET_MS = 2_000

/** @throws ParleyError `timeout` where a ring, a connection or an answer did not come, and what the gateway refused with */
export async function runPhone(options: PhoneOptions): Promise<PhoneReport> {
  const { clock, signal, number, waitMs } = options
  const book = createPhoneBook()
  let lost: ParleyError | undefined
  let registered = false
  let answered = false

  function take(message: HandsetServerMessage): void {
    book.note(message)
    if (message.type === 'ready') registered = true
    if (message.type === 'error')
      lost ??= registered ? undefined : new ParleyError('conflict', message.message)
    if (message.type === 'ringing' && options.answers) wire.send({ type: 'answer' })
    options.onMessage?.(message, book)
  }

  const wire: HandsetWire = await connectHandset({
    url: options.url,
    token: options.token,
    onMessage: take,
    onAudio: samples => book.sound(samples),
    onClose: (code, reason) => {
      lost ??= new ParleyError('engine_failed', `The gateway hung up (${reason === '' ? code : reason}).`)
    },
  })
  const microphone = openMicrophone({
    clock,
    sampleRate: HANDSET_RATE,
    send: samples => {
      if (book.now?.connected === true) wire.sendAudio(samples)
    },
  })
  const pause = () => new Promise<void>(resolve => clock.after(LOOK_MS, resolve))

  /** Until it is so. @throws ParleyError where the line is lost, or in time it is not so */
  async function until(
    isSo: () => boolean,
    limitMs = Number.POSITIVE_INFINITY,
    sentence = '',
  ): Promise<void> {
    const untilMs = clock.now() + limitMs
    while (!isSo()) {
      if (lost !== undefined) throw lost
      if (signal.aborted) return
      if (clock.now() > untilMs) throw new ParleyError('timeout', sentence)
      await pause()
    }
  }

  async function converse(): Promise<void> {
    const record = book.now
    if (record === undefined) return
    const over = () => record.status !== undefined
    const { says } = options
    if (says === undefined) return until(over)
    const beganMs = clock.now()
    await until(
      () =>
        over() ||
        (book.quietMs ?? -1) >= TURN_MS ||
        (book.quietMs === undefined && clock.now() - beganMs > GREETING_MS),
    )
    if (over() || signal.aborted) return
    // The other side is quiet: what is heard from here on is its answer.
    const before = record.heardMs
    await microphone.speak(says)
    await until(
      () => over() || (record.heardMs > before && (book.quietMs ?? 0) >= QUIET_MS),
      waitMs,
      'Nothing was heard in answer; see the log of the gateway.',
    )
    answered = record.heardMs > before
    if (!options.once) return until(over)
    wire.send({ type: 'hang-up' })
    await until(over, waitMs, 'The call did not end.')
  }

  try {
    wire.send({ type: 'hello', version: 1, number })
    await until(() => registered, waitMs, 'The gateway did not say hello.')
    if (options.network !== undefined) wire.send({ type: 'network', ...options.network })
    options.onLine?.({
      answer: () => wire.send({ type: 'answer' }),
      hangUp: () => wire.send({ type: 'hang-up' }),
      key: digit => wire.send({ type: 'key', digit }),
      dial: to => wire.send({ type: 'dial', to }),
    })
    if (options.dial !== undefined) wire.send({ type: 'dial', to: options.dial })
    do {
      const known = book.records.length
      const begun = () => book.now !== undefined || book.records.length > known
      await until(
        begun,
        options.once || options.dial !== undefined ? waitMs : undefined,
        'Nobody called in time.',
      )
      const record = book.now
      if (record === undefined) continue
      await until(
        () => record.connected || record.status !== undefined,
        waitMs,
        'The call was not answered in time.',
      )
      if (record.connected) await converse()
      if (options.says === undefined) answered ||= record.heardMs > 0
    } while (!options.once && !signal.aborted)
    return { number, calls: book.records, answered, audio: book.heard() }
  } finally {
    if (book.now !== undefined) wire.send({ type: 'hang-up' })
    microphone.close()
    wire.close()
  }
}
