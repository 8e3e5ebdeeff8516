import type { AudioFrame } from '@parley/audio'
import type { ReplyId } from '../ids.js'
import type { FarEnd } from '../playout/playout.js'
import type { Transport } from '../transport.js'
import type { Entrance } from './entrance.js'

/**
 * A leg as the session sees it: its way to the ear stands still while something is dealt with, and what it is told is
 * written into the session log.
 */
export class LegFace implements FarEnd {
  readonly transport: Transport
  readonly #entrance: Entrance
  #pathMs: number

  constructor(transport: Transport, entrance: Entrance) {
    this.transport = transport
    this.#entrance = entrance
    this.#pathMs = transport.pathMs
  }

  get aheadMs(): number {
    return this.transport.aheadMs
  }

  get pathMs(): number {
    return this.#pathMs
  }

  get reportsPlayed(): boolean {
    return this.transport.reportsPlayed
  }

  get rewinds(): boolean {
    return this.transport.rewinds
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
    this.transport.play(frame, reply)
  }

  clear(reply: ReplyId): void {
    this.#entrance.log?.output({ kind: 'clear', reply })
    this.transport.clear(reply)
  }

  duck(on: boolean): void {
    this.#entrance.log?.output({ kind: 'duck', on })
    this.transport.duck(on)
  }
}
