import type { Cancel, Clock } from '../clock/clock.js'
import { ParleyError } from '../errors.js'
import type { SessionId } from '../ids.js'
import { type DurableEvent, isDurable, type Journal, type SessionEvent } from './events.js'

/** Durable events that may wait for the store, and for a leg; over it the newest are lost, counted and told. */
const MAX_WAITING = 1_000
const RETRY_MS = 1_000

export interface AnnouncerParts {
  readonly session: SessionId
  readonly clock: Clock
  readonly journal: Journal
  /** To the far end; false when there is none just now. */
  send(event: SessionEvent): boolean
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
  #writing = false
  #failed = false
  #closed = false
  #cancelRetry: Cancel | undefined
  #idle: (() => void)[] = []
  #dropped = 0
  #allStored = true

  constructor(parts: AnnouncerParts) {
    this.#parts = parts
  }

  /** Events that were not stored, or stored and not announced, because too many waited. */
  get dropped(): number {
    return this.#dropped
  }

  announce(event: SessionEvent): void {
    if (!isDurable(event)) {
      this.#parts.send(event)
      return
    }
    if (this.#waiting.length >= MAX_WAITING) {
      this.#allStored = false
      this.#drop(new ParleyError('store_unavailable', tooMany('the store')))
      return
    }
    this.#waiting.push(event)
    if (this.#cancelRetry === undefined) void this.#drain()
  }

  /** The far end is back: tells it the durable events it missed. */
  catchUp(): void {
    for (const event of this.#missed.splice(0)) this.#deliver(event)
  }

  /**
   * The end: resolves once nothing waits for the store, or after `limitMs`, then with whether all was stored. After
   * that a write under way may still go through, with those behind it; but none is tried again and nobody is told.
   */
  async close(limitMs: number): Promise<boolean> {
    if (this.#waiting.length === 0) {
      this.#closed = true
      return this.#allStored
    }
    return new Promise(resolve => {
      const cancel = this.#parts.clock.after(limitMs, () => {
        this.#closed = true
        this.#cancelRetry?.()
        resolve(false)
      })
      this.#idle.push(() => {
        cancel()
        this.#closed = true
        resolve(this.#allStored)
      })
    })
  }

  async #drain(): Promise<void> {
    if (this.#writing) return
    this.#writing = true
    for (let event = this.#waiting[0]; event !== undefined; event = this.#waiting[0]) {
      try {
        await this.#parts.journal.write(this.#parts.session, event)
      } catch (error) {
        this.#writing = false
        if (!this.#closed) this.#retryLater(error)
        return
      }
      this.#failed = false
      this.#waiting.shift()
      if (!this.#closed) this.#deliver(event)
    }
    this.#writing = false
    for (const wake of this.#idle.splice(0)) wake()
  }

  /** One timer at most, however many rows come meanwhile: a store in trouble is not stormed. */
  #retryLater(error: unknown): void {
    if (!this.#failed) this.#parts.trouble(ParleyError.from(error, 'store_unavailable'))
    this.#failed = true
    this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined
      void this.#drain()
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
