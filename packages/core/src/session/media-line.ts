import { type AudioFrame, frameMs, type Resampler, type Resampling } from '@parley/audio'

/** A sender silent for longer than this is taken to have been silent in the room, too. */
const GAP_MS = 500

/**
 * The caller's audio on one media time line at the rate the ear wants, across codecs, rates, pauses and legs.
 *
 * A leg counts time from its own first sample; here it goes on from the leg before. While nothing is sent the line
 * advances with the clock, so that evidence from before and after a pause stays apart.
 */
export class MediaLine {
  readonly #rate: number
  readonly #resampling: Resampling
  readonly #source: { samples: Int16Array; rate: number; atMs: number }
  readonly #frame: { samples: Int16Array; rate: number; atMs: number }
  #resampler: { readonly from: number; readonly resampler: Resampler } | undefined
  #endMs: number
  #lastAtMs: number | undefined

  /** `fromMs`: where the line begins. */
  constructor(rate: number, resampling: Resampling, fromMs: number) {
    this.#rate = rate
    this.#endMs = fromMs
    this.#resampling = resampling
    this.#source = { samples: new Int16Array(0), rate, atMs: 0 }
    this.#frame = { samples: new Int16Array(0), rate, atMs: 0 }
  }

  /** End of the last frame on the line, ms. */
  get endMs(): number {
    return this.#endMs
  }

  /** When the last frame came, on the session clock; undefined before the first. */
  get lastAtMs(): number | undefined {
    return this.#lastAtMs
  }

  /** The frame on the line as it came, valid until the next call and no longer than the frame itself. */
  place(frame: AudioFrame, nowMs: number): AudioFrame {
    const durationMs = frameMs(frame)
    const sinceMs = this.#lastAtMs === undefined ? 0 : nowMs - this.#lastAtMs
    if (sinceMs > GAP_MS + durationMs) this.#endMs += sinceMs - durationMs
    this.#lastAtMs = nowMs
    this.#source.samples = frame.samples
    this.#source.rate = frame.rate
    this.#source.atMs = this.#endMs
    this.#endMs += durationMs
    return this.#source
  }

  /** The same frame at the rate the ear wants; once for each that was placed. */
  converted(): AudioFrame {
    this.#frame.samples = this.#convert(this.#source)
    this.#frame.atMs = this.#source.atMs
    return this.#frame
  }

  close(): void {
    this.#resampler?.resampler.close()
    this.#resampler = undefined
  }

  #convert({ samples, rate }: AudioFrame): Int16Array {
    if (rate === this.#rate) return samples
    if (this.#resampler?.from !== rate) {
      this.#resampler?.resampler.close()
      this.#resampler = {
        from: rate,
        resampler: this.#resampling.create({ fromRate: rate, toRate: this.#rate }),
      }
    }
    return this.#resampler.resampler.process(samples)
  }
}
