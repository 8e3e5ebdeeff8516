import type { AudioFrame } from '@parley/audio'
import { ParleyError } from '../errors.js'
import type { ReplyId, SessionId } from '../ids.js'
import type { LegChange, Tap } from '../tap.js'
import type { CloseReason } from '../transport.js'
import { Announcer } from './announcer.js'
import type { Entrance } from './entrance.js'
import type { DurableEvent, Journal, SessionEvent } from './events.js'
import { Taps } from './taps.js'

/** An event before it has its time. */
export type Unstamped<Event = SessionEvent> = Event extends SessionEvent ? Omit<Event, 'atMs'> : never

export interface TellingParts {
  readonly session: SessionId
  readonly entrance: Entrance
  readonly journal: Journal
  /** Ms that the session has lasted in other processes. */
  readonly fromMs: number
  readonly taps: readonly Tap[]
  /** To the far end; false when there is none just now. */
  send(event: SessionEvent): boolean
  /** A tap failed; what it did comes from outside. */
  tapFailed(error: ParleyError): void
}

/** How long the end waits for the store. */
const STORE_MS = 5_000

/**
 * All that a session says of itself: stamped with its time, to the taps at once, to the far end as the announcer
 * allows. Nothing is said after the last word.
 */
export class Telling {
  readonly #entrance: Entrance
  readonly #beganAtMs: number
  readonly #taps: Taps
  readonly #announcer: Announcer
  #over = false

  constructor({ session, entrance, journal, fromMs, taps, send, tapFailed }: TellingParts) {
    this.#entrance = entrance
    this.#beganAtMs = entrance.clock.now() - fromMs
    this.#taps = new Taps(taps, (tap, error) => {
      const { code, message } = ParleyError.from(error)
      tapFailed(new ParleyError(code, `tap ${tap}: ${message}`))
    })
    this.#announcer = new Announcer({
      ...{ session, entrance, journal, send },
      announced: event => this.#taps.announced(event),
      trouble: error => this.warn(error),
    })
  }

  /** Ms since the session began. */
  get atMs(): number {
    return this.#entrance.clock.now() - this.#beganAtMs
  }

  /** What is not stored yet, oldest first. */
  get unstored(): readonly DurableEvent[] {
    return this.#announcer.unstored
  }

  tell(event: Unstamped): void {
    const stamped = this.tellTaps(event)
    if (stamped !== undefined) this.#announcer.announce(stamped)
  }

  /** For what the far end, not there yet, is to hear later by `announce`. */
  tellTaps(event: Unstamped): SessionEvent | undefined {
    if (this.#over) return undefined
    const stamped = { ...event, atMs: this.atMs } as SessionEvent
    this.#entrance.log?.output({ kind: 'event', event: stamped })
    this.#taps.event(stamped)
    return stamped
  }

  /** Stores another end of a reply that was told already; the later counts there. */
  correct(event: Unstamped<DurableEvent>): void {
    if (this.#over) return
    const stamped = { ...event, atMs: this.atMs } as DurableEvent
    this.#entrance.log?.output({ kind: 'event', event: stamped })
    this.#announcer.store(stamped)
  }

  /** Stores what another process had told and perhaps not stored. */
  storeAgain(event: DurableEvent): void {
    this.#entrance.log?.output({ kind: 'event', event })
    this.#announcer.store(event)
  }

  announce(stamped: SessionEvent | undefined): void {
    if (stamped !== undefined) this.#announcer.announce(stamped)
  }

  warn(error: ParleyError): void {
    this.tell({ kind: 'warning', code: error.code, message: error.message })
  }

  userAudio(frame: AudioFrame): void {
    this.#taps.userAudio(frame)
  }

  agentAudio(frame: AudioFrame, reply: ReplyId, heardInMs: number): void {
    this.#taps.agentAudio(frame, reply, heardInMs)
  }

  agentCleared(reply: ReplyId, heardMs: number): void {
    this.#taps.agentCleared(reply, heardMs)
  }

  agentDucked(on: boolean): void {
    this.#taps.agentDucked(on)
  }

  legChanged(change: LegChange): void {
    this.#taps.legChanged(change)
  }

  /** A far end is there (again): tells it what it missed. */
  catchUp(): void {
    this.#announcer.catchUp()
  }

  /** The last word, once all is stored or the store was given its time; then `done`. */
  close(reason: CloseReason, done: () => void): void {
    this.#announcer.close(STORE_MS, stored => {
      if (!stored) this.warn(new ParleyError('store_unavailable', 'Not all of this session could be stored.'))
      this.tell({ kind: 'session-ended', reason })
      this.#over = true
      done()
    })
  }
}
