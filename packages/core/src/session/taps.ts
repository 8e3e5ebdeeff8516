import type { AudioFrame } from '@parley/audio'
import type { ReplyId } from '../ids.js'
import type { LegChange, Tap } from '../tap.js'
import type { SessionEvent } from './events.js'

/** The taps of a session behind a wall: one that throws is unplugged and named, and the conversation goes on. */
export class Taps {
  #taps: readonly Tap[]
  readonly #failed: (tap: string, error: unknown) => void

  constructor(taps: readonly Tap[], failed: (tap: string, error: unknown) => void) {
    this.#taps = taps
    this.#failed = failed
  }

  userAudio(frame: AudioFrame): void {
    for (const tap of this.#taps) {
      try {
        tap.userAudio?.(frame)
      } catch (error) {
        this.#unplug(tap, error)
      }
    }
  }

  agentAudio(frame: AudioFrame, reply: ReplyId, heardInMs: number): void {
    for (const tap of this.#taps) {
      try {
        tap.agentAudio?.(frame, reply, heardInMs)
      } catch (error) {
        this.#unplug(tap, error)
      }
    }
  }

  agentCleared(reply: ReplyId, heardMs: number): void {
    for (const tap of this.#taps) {
      try {
        tap.agentCleared?.(reply, heardMs)
      } catch (error) {
        this.#unplug(tap, error)
      }
    }
  }

  agentDucked(on: boolean): void {
    for (const tap of this.#taps) {
      try {
        tap.agentDucked?.(on)
      } catch (error) {
        this.#unplug(tap, error)
      }
    }
  }

  event(event: SessionEvent): void {
    for (const tap of this.#taps) {
      try {
        tap.event?.(event)
      } catch (error) {
        this.#unplug(tap, error)
      }
    }
  }

  announced(event: SessionEvent): void {
    for (const tap of this.#taps) {
      try {
        tap.announced?.(event)
      } catch (error) {
        this.#unplug(tap, error)
      }
    }
  }

  legChanged(change: LegChange): void {
    for (const tap of this.#taps) {
      try {
        tap.legChanged?.(change)
      } catch (error) {
        this.#unplug(tap, error)
      }
    }
  }

  #unplug(broken: Tap, error: unknown): void {
    this.#taps = this.#taps.filter(tap => tap !== broken)
    this.#failed(broken.name, error)
  }
}
