import type { Cancel, Clock } from '../clock/clock.js'
import type { SessionId } from '../ids.js'
import { type DurableEvent, isDurable, type Journal, type SessionEvent } from './events.js'

/** Durable events that may wait for the store, and for a leg; over it the newest are not announced, only counted. */
const MAX_WAITING = 1_000
const RETRY_MS = 1_000

export interface AnnouncerParts {
  readonly session: SessionId
  readonly clock: Clock
  readonly journal: Journal
  /** To the far end; false when there is none just now. */
  send(event: SessionEvent): boolean
  /** The store failed; called on the first failure of a row and again when it recovered (undefined). */
  trouble(error: unknown): void
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
  #cancelRetry: Cancel | undefined
  #idle: (() => void)[] = []
  /** Events not announced because too many waited. */
  dropped = 0

  constructor(parts: AnnouncerParts) {
    this.#parts = parts
  }

  announce(event: SessionEvent): void {
    if (!isDurable(event)) {
      this.#parts.send(event)
      return
    }
    if (this.#waiting.length >= MAX_WAITING) {
      this.dropped += 1
      return
    }
    this.#waiting.push(event)
    void this.#drain()
  }

  /** The far end is back: tells it the durable events it missed. */
  catchUp(): void {
    for (const event of this.#missed.splice(0)) this.#deliver(event)
  }

  /** Resolves once nothing waits for the store, or after `limitMs`; then whether all was stored. */
  async flush(limitMs: number): Promise<boolean> {
    if (this.#waiting.length === 0) return true
    return new Promise(resolve => {
      const cancel = this.#parts.clock.after(limitMs, () => {
        this.#cancelRetry?.()
        resolve(false)
      })
      this.#idle.push(() => {
        cancel()
        resolve(true)
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
        if (!this.#failed) this.#parts.trouble(error)
        this.#failed = true
        this.#writing = false
        this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => void this.#drain())
        return
      }
      if (this.#failed) this.#parts.trouble(undefined)
      this.#failed = false
      this.#waiting.shift()
      this.#deliver(event)
    }
    this.#writing = false
    for (const wake of this.#idle.splice(0)) wake()
  }

  #deliver(event: DurableEvent): void {
    if (this.#parts.send(event)) return
    if (this.#missed.length < MAX_WAITING) this.#missed.push(event)
    else this.dropped += 1
  }
}
