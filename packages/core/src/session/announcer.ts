import type { Cancel } from '../clock/clock.js'
import { ParleyError } from '../errors.js'
import type { SessionId } from '../ids.js'
import type { Entrance } from './entrance.js'
import { type DurableEvent, isDurable, type Journal, type SessionEvent } from './events.js'

/** Durable events that may wait for the store, and for a leg; over it the newest are lost, counted and told. */
const MAX_WAITING = 1_000
const RETRY_MS = 1_000

export interface AnnouncerParts {
  readonly session: SessionId
  readonly entrance: Entrance
  readonly journal: Journal
  /** To the far end; false when there is none just now. */
  send(event: SessionEvent): boolean
  /** It may be told from now on; once for each event that is announced. */
  announced(event: SessionEvent): void
  /** Rows fail or are dropped; called once for each stretch of trouble, with what it is. */
  trouble(error: ParleyError): void
}

/**
 * Announces events to the far end: transient ones at once, durable ones in order and only after they are stored.
 * A store that stalls holds back announcements, never the conversation; a lost leg gets them when it is back.
 */
export class Announcer {
  readonly #parts: AnnouncerParts
  readonly #waiting: DurableEvent[] = []
  readonly #missed: DurableEvent[] = []
  /** Of those that wait, what nobody is told once it is stored. */
  readonly #untold = new WeakSet<DurableEvent>()
  #writing = false
  #failed = false
  #closed = false
  #cancelRetry: Cancel | undefined
  #idle: (() => void) | undefined
  #dropped = 0
  #allStored = true

  constructor(parts: AnnouncerParts) {
    this.#parts = parts
  }

  /** Events that were not stored, or stored and not announced, because too many waited. */
  get dropped(): number {
    return this.#dropped
  }

  /** What waits for the store, oldest first. */
  get unstored(): readonly DurableEvent[] {
    return this.#waiting
  }

  announce(event: SessionEvent): void {
    if (!isDurable(event)) {
      this.#parts.announced(event)
      this.#parts.send(event)
      return
    }
    this.#enqueue(event)
  }

  /** Stores it, in order, and announces nothing. */
  store(event: DurableEvent): void {
    this.#untold.add(event)
    this.#enqueue(event)
  }

  #enqueue(event: DurableEvent): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#allStored = false
      this.#drop(new ParleyError('store_unavailable', tooMany('the store')))
      return
    }
    this.#waiting.push(event)
    if (this.#cancelRetry === undefined) this.#write()
  }

  /** The far end is back: tells it the durable events it missed. */
  catchUp(): void {
    for (const event of this.#missed.splice(0)) this.#deliver(event)
  }

  /**
   * The end: `done` is told once nothing waits for the store, or after `limitMs`, with whether all was stored. After
   * that a write under way may still go through, with those behind it; but none is tried again and nobody is told.
   */
  close(limitMs: number, done: (allStored: boolean) => void): void {
    if (this.#waiting.length === 0) {
      this.#closed = true
      return done(this.#allStored)
    }
    const cancel = this.#parts.entrance.clock.after(limitMs, () => {
      this.#closed = true
      this.#idle = undefined
      this.#cancelRetry?.()
      done(false)
    })
    this.#idle = () => {
      cancel()
      this.#closed = true
      done(this.#allStored)
    }
  }

  #write(): void {
    const [event] = this.#waiting
    if (this.#writing || event === undefined) return
    this.#writing = true
    const { entrance, journal, session } = this.#parts
    const answered = (error?: unknown) =>
      entrance.enter(() =>
        this.#answered(error === undefined ? undefined : ParleyError.from(error, 'store_unavailable')),
      )
    journal.write(session, event).then(() => answered(), answered)
  }

  #answered(error: ParleyError | undefined): void {
    const told = error && { code: error.code, message: error.message }
    this.#parts.entrance.note(() => ({ kind: 'stored', error: told }))
    this.#writing = false
    if (error !== undefined) {
      if (!this.#closed) this.#retryLater(error)
      return
    }
    this.#failed = false
    const event = this.#waiting.shift()
    if (event !== undefined && !this.#closed && !this.#untold.has(event)) {
      this.#parts.announced(event)
      this.#deliver(event)
    }
    if (this.#waiting.length > 0) return this.#write()
    const idle = this.#idle
    this.#idle = undefined
    idle?.()
  }

  /** One timer at most, however many rows come meanwhile: a store in trouble is not stormed. */
  #retryLater(error: ParleyError): void {
    if (!this.#failed) this.#parts.trouble(error)
    this.#failed = true
    this.#cancelRetry = this.#parts.entrance.clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined
      this.#write()
    })
  }

  #deliver(event: DurableEvent): void {
    if (this.#parts.send(event)) return
    if (this.#missed.length < MAX_WAITING) this.#missed.push(event)
    else this.#drop(new ParleyError('overloaded', tooMany('the far end')))
  }

  #drop(error: ParleyError): void {
    this.#dropped += 1
    if (this.#dropped === 1) this.#parts.trouble(error)
  }
}

function tooMany(receiver: string): string {
  return `${MAX_WAITING} rows wait for ${receiver}; newer ones are lost to it until it takes some.`
}
