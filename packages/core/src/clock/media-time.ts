/**
 * The caller's media time: frames stand one behind the other, across codecs and legs. A leg counts time from its own
 * first sample; here it goes on from the leg before. While nothing is sent it advances with the clock, so that what was
 * heard before and after a pause stays apart.
 */

/** A sender silent for longer than this is taken to have been silent in the room, too. */
const GAP_MS = 500

export class MediaTime {
  #endMs: number
  #lastAtMs: number | undefined
  #receivedMs: number
  readonly #fromMs: number

  /** `fromMs`: where it begins. */
  constructor(fromMs: number) {
    this.#endMs = fromMs
    this.#receivedMs = fromMs
    this.#fromMs = fromMs
  }

  /** What of it was received, without the pauses in its sending, ms. */
  get receivedMs(): number {
    return this.#receivedMs
  }

  /** End of the last frame, ms. */
  get endMs(): number {
    return this.#endMs
  }

  /** When the last frame came, by the clock of `place`; undefined before the first, and while a leg is lost. */
  get lastAtMs(): number | undefined {
    return this.#lastAtMs
  }

  /** The leg is lost: what it kept from arriving may still come, and was no silence. */
  broke(): void {
    this.#lastAtMs = undefined
  }

  /** A leg is there again at `nowMs`: from here on it may be silent. Nothing happens where none was lost. */
  mended(nowMs: number): void {
    if (this.#receivedMs > this.#fromMs) this.#lastAtMs ??= nowMs
  }

  /** Where a frame of `durationMs` that comes at `nowMs` begins, ms. */
  place(durationMs: number, nowMs: number): number {
    const sinceMs = this.#lastAtMs === undefined ? 0 : nowMs - this.#lastAtMs
    if (sinceMs > GAP_MS + durationMs) this.#endMs += sinceMs - durationMs
    this.#lastAtMs = nowMs
    const atMs = this.#endMs
    this.#endMs += durationMs
    this.#receivedMs += durationMs
    return atMs
  }
}
