import type { AudioFrame } from '@parley/audio'
import type { ReplyId } from '../ids.js'
import type { FarEnd } from '../playout/far-end.js'
import type { CloseReason, Transport } from '../transport.js'
import type { Entrance } from './entrance.js'
import type { SessionEvent } from './events.js'

/** What a session wants to know of its leg at once. */
export interface LegWatcher {
  /** The far end was told to throw sound away. */
  cleared(): void
  /** It was told to lower, or to restore, what it has. */
  ducked(on: boolean): void
  failed(error: unknown): void
}

/**
 * A leg as the session sees it: its facts stand still while something is dealt with, what it is told is written into
 * the session log, and what it throws comes in from outside.
 */
export class LegFace implements FarEnd {
  readonly transport: Transport
  readonly aheadMs: number
  readonly reportsPlayed: boolean
  readonly rewinds: boolean
  readonly reportsCuts: boolean
  readonly #entrance: Entrance
  readonly #watcher: LegWatcher
  #pathMs: number

  constructor(transport: Transport, entrance: Entrance, watcher: LegWatcher) {
    this.transport = transport
    this.aheadMs = transport.aheadMs
    this.reportsPlayed = transport.reportsPlayed
    this.rewinds = transport.rewinds
    this.reportsCuts = transport.reportsCuts ?? false
    this.#pathMs = transport.pathMs
    this.#entrance = entrance
    this.#watcher = watcher
  }

  get pathMs(): number {
    return this.#pathMs
  }

  /** Looks at the way anew. */
  measure(): void {
    const { pathMs } = this.transport
    if (pathMs === this.#pathMs) return
    this.#pathMs = pathMs
    this.#entrance.note(() => ({ kind: 'path', pathMs }))
  }

  play(frame: AudioFrame, reply: ReplyId): void {
    this.#entrance.log?.output({ kind: 'play', reply, atMs: frame.atMs, samples: frame.samples })
    try {
      this.transport.play(frame, reply)
    } catch (error) {
      this.#watcher.failed(error)
    }
  }

  clear(reply: ReplyId): void {
    this.#entrance.log?.output({ kind: 'clear', reply })
    this.#try(() => this.transport.clear(reply))
    this.#watcher.cleared()
  }

  close(reason: CloseReason): void {
    this.#try(() => this.transport.close(reason))
  }

  duck(on: boolean): void {
    this.#entrance.log?.output({ kind: 'duck', on })
    this.#try(() => this.transport.duck(on))
    this.#watcher.ducked(on)
  }

  send(event: SessionEvent): void {
    this.#try(() => this.transport.send(event))
  }

  #try(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#watcher.failed(error)
    }
  }
}
