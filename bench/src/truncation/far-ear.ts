/** The loudspeaker of a far end, with a jitter buffer, and a recording of what it really played, to the sample. */

import type { Clock } from '@parley/core'

export interface FarEar {
  /** Sound of one answer arrives; kept, not copied. `fromMs` is its place in it. */
  arrive(samples: Int16Array, key: string, fromMs: number): void
  /** What of the answer is not played yet is thrown away. */
  cut(key: string): void
  /** How far into the answer it has come, ms. */
  playedMs(key: string): number
  readonly playing: string | undefined
  /** All that was played so far. */
  recording(): Int16Array
}

interface Piece {
  readonly key: string
  readonly fromMs: number
  readonly startMs: number
  samples: Int16Array
}

export interface FarEarOptions {
  readonly clock: Clock
  /** Hz. */
  readonly rate: number
  /** What is waited for more sound wherever it had run dry, ms. */
  readonly bufferMs: number
}

export function createFarEar({ clock, rate, bufferMs }: FarEarOptions): FarEar {
  const pieces: Piece[] = []
  let busyUntilMs = Number.NEGATIVE_INFINITY
  const samplesBy = ({ startMs, samples }: Piece) =>
    Math.max(0, Math.min(samples.length, Math.floor(((clock.now() - startMs) * rate) / 1000 + 1e-6)))

  return {
    arrive(samples, key, fromMs) {
      const nowMs = clock.now()
      const startMs = nowMs > busyUntilMs + 1e-6 ? nowMs + bufferMs : busyUntilMs
      pieces.push({ key, fromMs, startMs, samples })
      busyUntilMs = startMs + (samples.length * 1000) / rate
    },
    cut(key) {
      busyUntilMs = clock.now()
      for (const piece of pieces) {
        if (piece.key === key) piece.samples = piece.samples.subarray(0, samplesBy(piece))
        if (piece.samples.length > 0)
          busyUntilMs = Math.max(busyUntilMs, piece.startMs + (piece.samples.length * 1000) / rate)
      }
    },
    playedMs(key) {
      let ms = 0
      for (const piece of pieces) {
        const count = piece.key === key ? samplesBy(piece) : 0
        if (count > 0) ms = Math.max(ms, piece.fromMs + (count * 1000) / rate)
      }
      return ms
    },
    get playing() {
      return clock.now() < busyUntilMs ? pieces.at(-1)?.key : undefined
    },
    recording() {
      const counts = pieces.map(samplesBy)
      const all = new Int16Array(counts.reduce((sum, count) => sum + count, 0))
      let at = 0
      for (const [index, { samples }] of pieces.entries()) {
        const count = counts[index] ?? 0
        all.set(samples.subarray(0, count), at)
        at += count
      }
      return all
    },
  }
}
