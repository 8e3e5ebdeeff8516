import { type AudioFrame, frameMs, type Resampler, type Resampling } from '@parley/audio'
import { MediaTime } from '../clock/media-time.js'

/** The caller's audio on one media time line at the rate the ear wants, across codecs, rates, pauses and legs. */
export class MediaLine {
  readonly #rate: number
  readonly #resampling: Resampling
  readonly #source: { samples: Int16Array; rate: number; atMs: number }
  readonly #frame: { samples: Int16Array; rate: number; atMs: number }
  #resampler: { readonly from: number; readonly resampler: Resampler } | undefined
  readonly #time: MediaTime

  /** `fromMs`: where the line begins. */
  constructor(rate: number, resampling: Resampling, fromMs: number) {
    this.#rate = rate
    this.#time = new MediaTime(fromMs)
    this.#resampling = resampling
    this.#source = { samples: new Int16Array(0), rate, atMs: 0 }
    this.#frame = { samples: new Int16Array(0), rate, atMs: 0 }
  }

  /** End of the last frame on the line, ms. */
  get endMs(): number {
    return this.#time.endMs
  }

  /** What of it was received, without the pauses in its sending, ms. */
  get receivedMs(): number {
    return this.#time.receivedMs
  }

  /** When the last frame came, on the session clock; undefined before the first. */
  get lastAtMs(): number | undefined {
    return this.#time.lastAtMs
  }

  broke(): void {
    this.#time.broke()
  }

  mended(nowMs: number): void {
    this.#time.mended(nowMs)
  }

  /** The frame on the line as it came, valid until the next call and no longer than the frame itself. */
  place(frame: AudioFrame, nowMs: number): AudioFrame {
    this.#source.samples = frame.samples
    this.#source.rate = frame.rate
    this.#source.atMs = this.#time.place(frameMs(frame), nowMs)
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
