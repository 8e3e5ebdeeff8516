import type { CloseReason } from '../transport.js'
import type { SessionLimits } from './session-parts.js'

/** Audio that stops in the middle of speech for this long is the end of that speech. */
const STALL_MS = 1_000
/** An ear that says somebody speaks and hears no voice for this long is not believed. */
const VOICELESS_MS = 3_000
/** Nobody speaks for this long without a breath: it is music, or an ear that never ends a speech. */
const BREATHLESS_MS = 120_000
/** A frame with less probability of voice has none. */
const VOICED = 0.2

/** What a session has to notice although nothing happens. Looked at on every beat; keeps times, decides nothing else. */
export class Watchdog {
  readonly #limits: SessionLimits
  readonly #startedAtMs: number
  #activeAtMs: number
  #detachedAtMs: number | undefined
  #voicedAtMs = 0
  #speechAtMs = 0

  /** `fromMs`: how long the session has lasted in other processes. */
  constructor(limits: SessionLimits, nowMs: number, fromMs: number) {
    this.#limits = limits
    this.#startedAtMs = nowMs - fromMs
    this.#activeAtMs = nowMs
  }

  /** Somebody spoke, typed or was answered. */
  active(nowMs: number): void {
    this.#activeAtMs = nowMs
  }

  /** A frame was heard, with this probability of voice, 0..1. */
  heard(voice: number, nowMs: number): void {
    if (voice >= VOICED) this.#voicedAtMs = nowMs
  }

  speechStarted(nowMs: number): void {
    this.#speechAtMs = nowMs
    this.#voicedAtMs = nowMs
  }

  /** For how long the ear has said that somebody speaks, if it cannot be believed any more, ms. */
  unbelievedMs(nowMs: number): number | undefined {
    const forMs = nowMs - this.#speechAtMs
    return forMs >= BREATHLESS_MS || nowMs - this.#voicedAtMs >= VOICELESS_MS ? forMs : undefined
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
