/**
 * One line to a model, made of as many sessions as it takes: a new one before the vendor ends the old, another after one
 * was lost, the next model where one fails. Each is told what was said before, and what the caller said last.
 */

import {
  type DuplexEvent,
  type DuplexSession,
  defined,
  type FullDuplexModel,
  type ParleyError,
} from '@parley/core'
import type { FarLine, FarLineOptions, FarTask } from './far-line-contract.js'
import { modelOrder } from './model-order.js'
import { unansweredSound } from './unanswered-sound.js'

interface Leg {
  readonly number: number
  readonly model: number
  readonly session: DuplexSession
  /** Messages it began with. */
  readonly known: number
  /** Texts given to it before it was ready: with it they would be lost. */
  readonly unsure: Text[]
  readonly openedAtMs: number
  isReady: boolean
  expiresAtMs: number
}

/** Something to be told, to whatever session is there. */
type Text = (leg: Leg) => void

/** Texts kept while there is no session; the oldest is dropped. */
const MAX_TEXTS = 32
/** A session that stood for so long was a good one, ms. */
const HELD_MS = 5_000
/** How often a quiet moment is looked for, ms. */
const LOOK_MS = 100
/** No session follows another sooner than this, however short its life is said to be, ms. */
const LEAST_MS = 5_000
/** So long before its end a session is left even in the middle of a word, ms. */
const LAST_MS = 1_500

export function farLine(options: FarLineOptions): FarLine {
  const { models, clock } = options
  const sound = unansweredSound(options.rate, options.keptMs)
  const order = modelOrder(models.length)
  let legs = 0
  let isLost = false
  let isClosed = false
  let trouble: ParleyError | undefined
  let current: Leg | undefined
  let next: Leg | undefined
  let texts: Text[] = []
  let cancelRenewal = () => {}
  let cancelRetry = () => {}

  function open(model: number): Leg {
    const memory = options.memory()
    const number = ++legs
    const leg: Leg = {
      number,
      model,
      known: memory.length,
      unsure: [],
      openedAtMs: clock.now(),
      isReady: false,
      expiresAtMs: Number.POSITIVE_INFINITY,
      session: (models[model] as FullDuplexModel).open({
        language: options.language,
        rate: options.rate,
        instructions: options.instructions,
        memory,
        clock,
        ...defined({ account: options.account }),
        onEvent: event => onEvent(number, event),
      }),
    }
    return leg
  }

  function onEvent(number: number, event: DuplexEvent): void {
    const leg = [current, next].find(each => each?.number === number)
    if (isClosed || leg === undefined) return
    if (event.kind === 'ready') return ready(leg, event.expiresAtMs)
    if (event.kind === 'lost') return lost(leg, event.error)
    if (event.kind === 'refused') return options.warn(event.error)
    if (leg === current) options.onEvent(event)
  }

  function ready(leg: Leg, expiresAtMs: number | undefined): void {
    leg.isReady = true
    leg.unsure.length = 0
    if (expiresAtMs !== undefined) leg.expiresAtMs = expiresAtMs
    if (leg === next) return changeWhenQuiet()
    trouble = undefined
    planRenewal(leg)
    if (isLost) options.onRestored()
    isLost = false
  }

  function planRenewal({ expiresAtMs }: Leg): void {
    cancelRenewal()
    if (expiresAtMs === Number.POSITIVE_INFINITY) return
    const leftMs = expiresAtMs - clock.now()
    cancelRenewal = clock.after(Math.max(leftMs - options.renewBeforeMs, leftMs / 2, LEAST_MS), renew)
  }

  function renew(): void {
    if (isClosed || current === undefined || next !== undefined) return
    const model = order.again(current.model)
    if (model !== undefined) next = open(model)
  }

  function changeWhenQuiet(): void {
    cancelRenewal()
    if (isClosed || current === undefined || next?.isReady !== true) return
    if (options.isQuiet()) return change(false)
    if (clock.now() >= current.expiresAtMs - LAST_MS) return change(true)
    cancelRenewal = clock.after(LOOK_MS, changeWhenQuiet)
  }

  /** The next session takes over; `midway`: while somebody speaks. */
  function change(midway: boolean): void {
    const left = current
    current = next
    next = undefined
    if (current === undefined) return
    if (midway) options.onLost()
    left?.session.close()
    begin(current, midway)
    if (midway) options.onRestored()
    const since = options.memory().slice(current.known)
    if (since.length > 0)
      current.session.think(
        `Said meanwhile:\n${since.map(({ role, text }) => `${role}: ${text}`).join('\n')}`,
      )
    planRenewal(current)
  }

  /** Gives it what the caller said and was not answered. */
  function begin(leg: Leg, isUnanswered: boolean): void {
    const spoken = isUnanswered ? sound.spoken() : new Int16Array(0)
    if (!isUnanswered) sound.clear()
    options.onChange((spoken.length * 1000) / options.rate)
    if (spoken.length > 0) leg.session.hear(spoken)
    const kept = texts
    texts = []
    for (const text of kept) give(text)
  }

  function give(text: Text): void {
    if (current === undefined) texts = [...texts, text].slice(-MAX_TEXTS)
    else {
      text(current)
      if (!current.isReady && current.unsure.length < MAX_TEXTS) current.unsure.push(text)
    }
  }

  function lost(leg: Leg, error: ParleyError): void {
    options.warn(error)
    if (leg.isReady && clock.now() - leg.openedAtMs > HELD_MS) order.held()
    order.failed(leg.model, !error.retryable)
    const following = order.after(leg.model)
    if (leg === next) {
      next = undefined
      cancelRenewal()
      cancelRenewal = clock.after(following?.waitMs ?? 0, renew)
      return
    }
    cancelRenewal()
    current = undefined
    texts = [...leg.unsure, ...texts].slice(-MAX_TEXTS)
    trouble = error
    if (!isLost) options.onLost()
    isLost = true
    if (next !== undefined) return takeOver()
    if (following === undefined) return
    cancelRetry = clock.after(following.waitMs, () => {
      current = open(following.model)
      begin(current, true)
    })
  }

  /** What was opened to renew the session is there when it is lost. */
  function takeOver(): void {
    const leg = next
    next = undefined
    current = leg
    if (leg === undefined) return
    begin(leg, true)
    if (leg.isReady) ready(leg, leg.expiresAtMs === Number.POSITIVE_INFINITY ? undefined : leg.expiresAtMs)
  }

  function idFor(leg: Leg, to: FarTask | undefined): string | undefined {
    return to?.session === leg.number ? to.id : undefined
  }

  current = open(0)
  return {
    hear(samples) {
      sound.hear(samples)
      current?.session.hear(samples)
    },
    instruct: text => give(leg => leg.session.instruct(text)),
    think: (text, to) => give(leg => leg.session.think(text, idFor(leg, to))),
    tell: (text, to) => give(leg => leg.session.tell(text, idFor(leg, to))),
    answered: () => sound.clear(),
    get session() {
      return current?.number ?? legs
    },
    get trouble() {
      return trouble
    },
    get isOver() {
      return order.isOver
    },
    close() {
      if (isClosed) return
      isClosed = true
      cancelRenewal()
      cancelRetry()
      current?.session.close()
      next?.session.close()
    },
  }
}
