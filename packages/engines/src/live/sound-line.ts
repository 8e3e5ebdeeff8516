/**
 * The caller's sound on its way to a model whose time goes on with it: one unbroken line at the model's rate, gaps filled
 * with silence, and the place of each moment of it in the caller's media time.
 */

import { type AudioFrame, type Resampler, type Resampling, resampleStage } from '@parley/audio'
import { type Clock, ParleyError } from '@parley/core'

export interface SoundLine {
  hear(frame: AudioFrame): void
  /** Media time of the sound at `lineMs` since the last `restart`. */
  mediaMs(lineMs: number): number
  /** Media time of the end of what was given. */
  readonly nowMs: number
  /** A line of a new session begins; its first `givenMs` were given before now. */
  restart(givenMs: number): void
  close(): void
}

export interface SoundLineOptions {
  /** The model's, Hz. */
  readonly rate: number
  /** Needed where the caller's sound has another rate. */
  readonly resampling?: Resampling | undefined
  readonly clock: Clock
  /** The samples are only valid during the call. */
  give(samples: Int16Array): void
  warn(error: ParleyError): void
}

/** How long a caller's silence may be left out before it is filled, ms. */
const FILL_MS = 100
/** A frame that early or late is in its place, ms. */
const TOLERANCE_MS = 5
/** What is filled at most in one gap, ms; of a longer one the rest is left out. */
const MAX_GAP_MS = 2_000
/** Places remembered; transcripts are not later than that many jumps. */
const MAX_PLACES = 64

export function soundLine({ rate, resampling, clock, give, warn }: SoundLineOptions): SoundLine {
  const silence = new Int16Array((rate * FILL_MS) / 1000)
  /** Where the line was joined: from `lineMs` on, media time is `mediaMs` and so on. */
  let places: { readonly lineMs: number; readonly mediaMs: number }[] = [{ lineMs: 0, mediaMs: 0 }]
  let lineMs = 0
  let mediaMs = 0
  let givenAtMs = clock.now()
  let stage: { readonly resampler: Resampler; readonly run: ReturnType<typeof resampleStage> } | undefined
  let isFaulty = false
  let isClosed = false
  let cancelFill = clock.after(FILL_MS, fill)

  function out(samples: Int16Array): void {
    const ms = (samples.length * 1000) / rate
    lineMs += ms
    mediaMs += ms
    givenAtMs = clock.now()
    give(samples)
  }

  function outSilence(ms: number): void {
    let left = Math.round((ms * rate) / 1000)
    for (; left > 0; left -= silence.length) out(left < silence.length ? silence.subarray(0, left) : silence)
  }

  /** Nothing comes: the caller is silent, and time goes on. */
  function fill(): void {
    if (clock.now() - givenAtMs >= FILL_MS) outSilence(FILL_MS)
    cancelFill = clock.after(FILL_MS, fill)
  }

  function place(): void {
    places.push({ lineMs, mediaMs })
    if (places.length > MAX_PLACES) places.shift()
  }

  function line({ samples, atMs }: AudioFrame): void {
    const gapMs = atMs - mediaMs
    if (gapMs > TOLERANCE_MS) outSilence(Math.min(gapMs, MAX_GAP_MS))
    if (Math.abs(atMs - mediaMs) > TOLERANCE_MS) {
      mediaMs = atMs
      place()
    }
    out(samples)
  }

  function stageFor(fromRate: number): ReturnType<typeof resampleStage> | undefined {
    if (stage?.resampler.fromRate === fromRate) return stage.run
    if (resampling === undefined) {
      const message = `The caller's sound has ${fromRate} Hz and the model wants ${rate} Hz; give the engine a resampler.`
      if (!isFaulty) warn(new ParleyError('bad_config', message))
      isFaulty = true
      return undefined
    }
    stage?.resampler.close()
    const resampler = resampling.create({ fromRate, toRate: rate })
    stage = { resampler, run: resampleStage(resampler) }
    return stage.run
  }

  return {
    hear(frame) {
      if (isClosed) return
      if (frame.rate === rate) line(frame)
      else stageFor(frame.rate)?.process(frame, line)
    },
    mediaMs(at) {
      const found = places.findLast(each => each.lineMs <= at) ?? places[0]
      return found === undefined ? at : Math.max(0, found.mediaMs + at - found.lineMs)
    },
    get nowMs() {
      return mediaMs
    },
    restart(givenMs) {
      places = [{ lineMs: 0, mediaMs: mediaMs - givenMs }]
      lineMs = givenMs
    },
    close() {
      isClosed = true
      cancelFill()
      stage?.resampler.close()
    },
  }
}
