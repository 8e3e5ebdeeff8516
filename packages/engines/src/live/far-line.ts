/**
 * One line to a model, made of as many sessions as it takes: a new one before the vendor ends the old, another after one
 * was lost, the next model where one fails. Each is told what was said before, and what the caller said last.
 */

import type {
  Clock,
  DuplexEvent,
  DuplexMessage,
  DuplexSession,
  FullDuplexModel,
  ParleyError,
} from '@parley/core'
import { unansweredSound } from './unanswered-sound.js'

export interface FarLine {
  /** Mono PCM16 at the model's rate, only valid during the call. */
  hear(samples: Int16Array): void
  instruct(text: string): void
  think(text: string, to?: FarTask): void
  tell(text: string, to?: FarTask): void
  /** What was heard so far has its answer. */
  answered(): void
  /** Of the session that is spoken with; counts up. */
  readonly session: number
  /** Why nothing can be said at present, if it cannot. */
  readonly trouble: ParleyError | undefined
  /** No model is left to try. */
  readonly isOver: boolean
  close(): void
}

/** A delegation is known to its own session only; elsewhere its answer is told without. */
export interface FarTask {
  readonly session: number
  readonly id: string
}

export type FarLineEvent = Exclude<DuplexEvent, { kind: 'ready' | 'lost' | 'refused' }>

export interface FarLineOptions {
  /** The first is taken; the others where it fails. */
  readonly models: readonly FullDuplexModel[]
  readonly rate: number
  readonly language: string
  readonly instructions: string
  readonly clock: Clock
  /** How long before its end a session is renewed, ms. */
  readonly renewBeforeMs: number
  /** Unanswered sound kept for another session, ms. */
  readonly keptMs: number
  memory(): readonly DuplexMessage[]
  /** Whether nobody speaks and nothing is waited for: a session may be changed unnoticed. */
  isQuiet(): boolean
  onEvent(event: FarLineEvent): void
  /** Another session listens from now on; its first `givenMs` of sound were given. */
  onChange(givenMs: number): void
  /** The session was lost, or left in the middle of something; `onRestored` once another stands. */
  onLost(): void
  onRestored(): void
  warn(error: ParleyError): void
}

interface Leg {
  readonly number: number
  readonly model: number
  readonly session: DuplexSession
  /** Messages it began with. */
  readonly known: number
  /** Texts given to it before it was ready: with it they would be lost. */
  readonly unsure: Text[]
  isReady: boolean
  expiresAtMs: number
}

/** Something to be told, to whatever session is there. */
type Text = (leg: Leg) => void

/** Texts kept while there is no session; the oldest is dropped. */
const MAX_TEXTS = 32
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8_000
/** How often a quiet moment is looked for, ms. */
const LOOK_MS = 100
/** So long before its end a session is left even in the middle of a word, ms. */
const LAST_MS = 1_500

export function farLine(options: FarLineOptions): FarLine {
  const { models, clock } = options
  const sound = unansweredSound(options.rate, options.keptMs)
  const out = new Set<number>()
  let legs = 0
  let failures = 0
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
      isReady: false,
      expiresAtMs: Number.POSITIVE_INFINITY,
      session: (models[model] as FullDuplexModel).open({
        language: options.language,
        rate: options.rate,
        instructions: options.instructions,
        memory,
        clock,
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
    failures = 0
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
    cancelRenewal = clock.after(Math.max(leftMs - options.renewBeforeMs, leftMs / 2, 0), renew)
  }

  function renew(): void {
    if (isClosed || current === undefined || next !== undefined || out.size === models.length) return
    next = open(out.has(current.model) ? after(current.model) : current.model)
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
    if (!error.retryable) out.add(leg.model)
    failures++
    if (leg === next) {
      next = undefined
      cancelRenewal()
      cancelRenewal = clock.after(waitMs(), renew)
      return
    }
    cancelRenewal()
    current = undefined
    texts = [...leg.unsure, ...texts].slice(-MAX_TEXTS)
    trouble = error
    if (!isLost) options.onLost()
    isLost = true
    if (next !== undefined) return takeOver()
    if (out.size === models.length) return
    const following = after(leg.model)
    // Another model is asked at once, the same one after a wait.
    const isAnother = following !== leg.model && failures < models.length
    cancelRetry = clock.after(isAnother ? 0 : waitMs(), () => {
      current = open(following)
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

  function after(model: number): number {
    for (let step = 1; step <= models.length; step++) {
      const found = (model + step) % models.length
      if (!out.has(found)) return found
    }
    return model
  }

  function waitMs(): number {
    return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1))
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
      return out.size === models.length
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
