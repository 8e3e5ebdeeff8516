/**
 * Answers that were asked for: one at a time in the conversation, the others wait; those beside it go at once. Each ends
 * exactly once, also when the vendor says nothing, says it twice or too late; what comes for one that is over is dropped.
 */

import { type Clock, type FarAsk, ParleyError } from '@parley/core'
import { lateError } from '../../wire/vendor-error.js'
import { VENDOR } from '../realtime-link.js'
import { type FarAnswer, farAnswer } from './far-answer.js'
import { type Booked, farBook } from './far-book.js'
import { type Fields, fieldsOf, textOf } from './far-fields.js'
import type { FarLengths } from './far-lengths.js'
import type { FarOutbox } from './far-outbox.js'
import { endingOf, type FarEnding } from './far-outcome.js'
import { requestOf } from './far-request.js'
import type { FarTeller } from './far-teller.js'

export interface FarAsks {
  respond(ask: FarAsk): void
  cancel(id: string): void
  /** False: it was no event of a response. */
  hear(event: Fields): boolean
  /** A request was refused; `id` is the name of the ask. */
  refuse(id: string, error: ParleyError): void
  /** The session stands: the vendor's time to answer begins. */
  begin(): void
  /** All that is open ends. */
  lose(error: ParleyError): void
  stop(): void
}

export interface FarAsksOptions {
  readonly clock: Clock
  readonly rate: number
  readonly firstOutputTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly newId: () => string
  readonly outbox: FarOutbox
  readonly teller: FarTeller
  readonly lengths: FarLengths
  /** How long the vendor last said a used-up limit lasts, ms. */
  limitedMs(): number | undefined
  /** What the key is to know of a response that failed. */
  onFailure(error: ParleyError): void
}

interface Open extends Booked {
  readonly answer: FarAnswer
  /** `waiting` for its turn, `sent`, or `blocked` by a response that is none of ours. */
  stage: 'waiting' | 'sent' | 'blocked'
  isCancelled: boolean
  isRetried: boolean
  cancelTimer(): void
}

/** Answers that may be owed at a time. */
const MOST_OPEN = 32
/** The name of `response.create` events, before that of the ask. */
export const RESPOND = 'respond.'
/** The name of events that take out what is not needed: whether they are taken is nobody's concern. */
export const TIDY = 'tidy.'

export function farAsks(options: FarAsksOptions): FarAsks {
  const { clock, outbox, teller } = options
  const book = farBook<Open>()
  const { open } = book
  let active: Open | undefined
  let isReady = false

  function send(one: Open): void {
    one.stage = 'sent'
    const { id } = one.ask
    const event = { type: 'response.create', event_id: RESPOND + id, response: requestOf(one.ask) }
    if (outbox.send(event)) return watch(one, options.firstOutputTimeoutMs)
    const error = new ParleyError('provider_failed', `${VENDOR} does not keep up.`, { retryable: true })
    settle(one, { outcome: 'failed', error }, teller.tellSoon)
  }

  function watch(one: Open, timeoutMs: number): void {
    one.cancelTimer()
    if (isReady) one.cancelTimer = clock.after(timeoutMs, () => giveUp(one, timeoutMs))
  }

  function giveUp(one: Open, timeoutMs: number): void {
    if (!one.isCancelled) stop(one)
    settle(one, { outcome: 'failed', error: lateError(VENDOR, 'answer', timeoutMs) })
  }

  /** Without an id it is the one of the conversation that is meant. */
  function stop({ ask, responseId }: Open): void {
    if (responseId === undefined && ask.beside === true) return
    const which = responseId === undefined ? {} : { response_id: responseId }
    outbox.send({ type: 'response.cancel', event_id: `cancel.${ask.id}`, ...which })
  }

  function settle(one: Open, ending: FarEnding, tell: FarTeller['tell'] = teller.tell): void {
    const { id } = one.ask
    if (!book.close(one)) return
    one.cancelTimer()
    const { usage } = ending
    const cancelled = { outcome: 'cancelled', ...(usage === undefined ? {} : { usage }) } as const
    if (active === one) active = undefined
    tell({ kind: 'response-done', ask: id, ...(one.isCancelled ? cancelled : ending) })
    next()
  }

  function next(): void {
    if (active !== undefined) return
    for (const one of open.values())
      if (one.stage === 'waiting') {
        active = one
        return send(one)
      }
  }

  function created(response: Fields): void {
    const one = book.ofResponse(response)
    if (one?.isCancelled) return stop(one)
    if (one !== undefined || !book.isLate(response)) return
    outbox.send({ type: 'response.cancel', event_id: 'cancel.late', response_id: response.id })
  }

  function done(response: Fields): void {
    const one = book.ofResponse(response)
    if (one === undefined) return retry()
    const ending = endingOf(response, options.limitedMs())
    if (ending.error !== undefined) options.onFailure(ending.error)
    if (one.isCancelled || ending.outcome === 'cancelled' || ending.outcome === 'failed') tidy(one, response)
    settle(one, ending)
  }

  /** What nobody was told of an answer that broke off must not stand in the conversation. */
  function tidy({ ask, answer }: Open, response: Fields): void {
    if (ask.beside === true) return
    for (const item of answer.untold(response))
      outbox.send({ type: 'conversation.item.delete', event_id: TIDY + item, item_id: item })
  }

  /** What stood in the way is over. */
  function retry(): void {
    if (active?.stage !== 'blocked') return
    active.isRetried = true
    send(active)
  }

  return {
    respond(ask) {
      if (open.has(ask.id)) return
      const { rate, lengths, newId } = options
      const answer = farAnswer({ ask: ask.id, rate, lengths, newId, tell: teller.tell })
      const one: Open = {
        ...{ ask, answer, stage: 'waiting', isCancelled: false, isRetried: false },
        cancelTimer() {},
      }
      open.set(ask.id, one)
      if (open.size <= MOST_OPEN) return ask.beside === true ? send(one) : next()
      const message = `${VENDOR} owes more than ${MOST_OPEN} answers; ask for fewer at a time.`
      settle(one, { outcome: 'failed', error: new ParleyError('too_large', message) }, teller.tellSoon)
    },
    cancel(id) {
      const one = open.get(id)
      if (one === undefined || one.isCancelled) return
      one.isCancelled = true
      if (one.stage !== 'sent') return settle(one, { outcome: 'cancelled' }, teller.tellSoon)
      stop(one)
      watch(one, options.idleTimeoutMs)
    },
    hear(event) {
      if (typeof event.type !== 'string' || !event.type.startsWith('response.')) return false
      if (event.type === 'response.done') done(fieldsOf(event.response))
      else if (event.type === 'response.created') created(fieldsOf(event.response))
      else {
        const one = book.ofOutput(textOf(event.response_id))
        if (one === undefined) return true
        if (!one.isCancelled) watch(one, options.idleTimeoutMs)
        one.answer.hear(event, one.isCancelled)
      }
      return true
    },
    refuse(id, error) {
      const one = open.get(id)
      if (one === undefined || one.responseId !== undefined) return
      const isBusy = error.details.vendorCode === 'conversation_already_has_active_response'
      if (!isBusy || one.isCancelled || one.isRetried || one !== active)
        return settle(one, { outcome: 'failed', error: isBusy ? busyError(error) : error })
      one.stage = 'blocked'
    },
    begin() {
      isReady = true
      for (const one of open.values()) if (one.stage === 'sent') watch(one, options.firstOutputTimeoutMs)
    },
    lose(error) {
      const all = [...open.values()]
      // None of them is waiting for its turn any more.
      for (const one of all) one.stage = 'sent'
      for (const one of all) settle(one, { outcome: 'failed', error })
    },
    stop() {
      for (const one of open.values()) one.cancelTimer()
      open.clear()
      active = undefined
    },
  }
}

function busyError(cause: ParleyError): ParleyError {
  const message = `${VENDOR} is still busy with another answer.`
  return new ParleyError('provider_failed', message, { retryable: true, cause, details: cause.details })
}
