import type { CloseReason } from '../transport.js'
import type { SessionLimits } from './session-parts.js'

/** Audio that stops in the middle of speech for this long is the end of that speech. */
const STALL_MS = 1_000

/** What a session has to notice although nothing happens. Looked at on every beat; keeps times, decides nothing else. */
export class Watchdog {
  readonly #limits: SessionLimits
  readonly #startedAtMs: number
  #activeAtMs: number
  #detachedAtMs: number | undefined

  constructor(limits: SessionLimits, nowMs: number) {
    this.#limits = limits
    this.#startedAtMs = nowMs
    this.#activeAtMs = nowMs
  }

  /** Somebody spoke, typed or was answered. */
  active(nowMs: number): void {
    this.#activeAtMs = nowMs
  }

  detached(nowMs: number): void {
    this.#detachedAtMs = nowMs
  }

  attached(): void {
    this.#detachedAtMs = undefined
  }

  /** Why the session has to end now, if it has to. */
  due(nowMs: number): CloseReason | undefined {
    const { idleMs, maxMs, resumeMs } = this.#limits
    if (this.#detachedAtMs !== undefined && nowMs - this.#detachedAtMs >= resumeMs) return 'lost'
    if (nowMs - this.#startedAtMs >= maxMs) return 'expired'
    return nowMs - this.#activeAtMs >= idleMs ? 'idle' : undefined
  }

  /** Whether the caller's audio stopped in the middle of speech. */
  stalled(lastAudioAtMs: number | undefined, nowMs: number): boolean {
    return lastAudioAtMs !== undefined && nowMs - lastAudioAtMs >= STALL_MS
  }
}
