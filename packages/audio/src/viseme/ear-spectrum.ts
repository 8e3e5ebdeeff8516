/**
 * What the ear sees of 20 ms of sound: the level of bands even on the mel scale against their mean, and the level of all
 * against the loudest lately. So neither gain nor a steady colour of the line matters much.
 */
import { createPlainFourier } from '../fourier/plain-fourier.js'

/** Bands up to 3.8 kHz, which a telephone line has, and those above it, up to 7.6 kHz. */
export const NARROW_BANDS = 16
export const WIDE_BANDS = 21
/** Values of one frame: the bands, then the level. */
export const FRAME_VALUES = WIDE_BANDS + 1
/** Length of the window, ms. */
export const WINDOW_MS = 20

const LOWEST_HZ = 100
const NARROW_HZ = 3_800
/** Levels are dB, divided by this to be near one. */
const UNIT_DB = 20
const LEAST_DB = -100
/** Loudest level, dBFS, before anything was heard, and how it fades, dB for each frame of 10 ms. */
const FIRST_PEAK_DB = -30
const PEAK_FADE_DB = 0.02
/** Upper bands this far below the loudest carry nothing, as on a telephone line. */
const NARROW_DB = 50

export interface EarSpectrum {
  /** Samples of a window. */
  readonly size: number
  /** Reads a window of `size` samples, full scale 1, into `frame` (`FRAME_VALUES`). Allocates nothing. */
  read(window: Float32Array, frame: Float32Array): void
  /** Level of the last window, dBFS, and how far below the loudest it was. */
  readonly levelDb: number
  readonly belowDb: number
  /** Whether there is anything above the telephone band. */
  readonly isWide: boolean
  reset(): void
}

export function createEarSpectrum(rate: number): EarSpectrum {
  const size = Math.round((rate * WINDOW_MS) / 1000)
  const length = 2 ** Math.ceil(Math.log2(Math.max(size, 256)))
  const fourier = createPlainFourier(length)
  const samples = new Float32Array(length)
  const spectrum = new Float32Array(length / 2 + 1)
  const shape = Float64Array.from(
    { length: size },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / size),
  )
  const energy = shape.reduce((sum, each) => sum + each * each, 0)
  const edges = bandEdges(rate, length)
  const bands = rate >= 14_000 ? WIDE_BANDS : NARROW_BANDS
  const state = { levelDb: LEAST_DB, peakDb: FIRST_PEAK_DB, highDb: LEAST_DB }

  function reset(): void {
    state.levelDb = LEAST_DB
    state.peakDb = FIRST_PEAK_DB
    // Until it is known, the rate tells.
    state.highDb = FIRST_PEAK_DB
  }

  reset()
  return {
    size,
    read(window, frame) {
      for (let i = 0; i < size; i++) samples[i] = (window[i] as number) * (shape[i] as number)
      fourier.powerOf(samples, spectrum)
      let all = 0
      let high = 0
      let sumDb = 0
      for (let band = 0; band < bands; band++) {
        let power = 0
        const to = edges[band + 1] as number
        for (let bin = edges[band] as number; bin < to; bin++) power += spectrum[bin] as number
        power *= 2 / (energy * length)
        all += power
        if (band >= NARROW_BANDS) high += power
        const db = dbOf(power)
        if (band < NARROW_BANDS) sumDb += db
        frame[band] = db
      }
      const meanDb = sumDb / NARROW_BANDS
      for (let band = 0; band < WIDE_BANDS; band++)
        frame[band] = band < bands ? Math.max(-2, ((frame[band] as number) - meanDb) / UNIT_DB) : 0
      state.levelDb = dbOf(all)
      state.peakDb = Math.max(state.levelDb, state.peakDb - PEAK_FADE_DB)
      state.highDb = Math.max(dbOf(high), state.highDb - PEAK_FADE_DB)
      frame[WIDE_BANDS] = Math.max(-3, (state.levelDb - state.peakDb) / UNIT_DB)
    },
    get levelDb() {
      return state.levelDb
    },
    get belowDb() {
      return state.peakDb - state.levelDb
    },
    get isWide() {
      return bands === WIDE_BANDS && state.highDb > state.peakDb - NARROW_DB
    },
    reset,
  }
}

function dbOf(power: number): number {
  return Math.max(LEAST_DB, 10 * Math.log10(power + 1e-12))
}

/** First bin of each band, and the end of the last; the bands above the telephone's are as wide as its highest. */
function bandEdges(rate: number, length: number): Int32Array {
  const low = melOf(LOWEST_HZ)
  const step = (melOf(NARROW_HZ) - low) / NARROW_BANDS
  return Int32Array.from({ length: WIDE_BANDS + 1 }, (_, band) =>
    Math.min(length / 2, Math.max(1 + band, Math.round((hzOf(low + band * step) * length) / rate))),
  )
}

function melOf(hz: number): number {
  return 1127 * Math.log(1 + hz / 700)
}

function hzOf(mel: number): number {
  return 700 * (Math.exp(mel / 1127) - 1)
}
