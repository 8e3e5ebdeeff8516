/**
 * Loudness of a frame in dBFS, and a meter that smooths it in media time.
 *
 * 0 dBFS is the largest amplitude PCM16 can hold (32768), for peak and RMS alike: a full-scale sine has a peak
 * of 0 and an RMS of −3.01 dBFS.
 */
import type { AudioFrame } from './frame.js'

/** The lowest level that is reported, in dBFS: silence has this level and never −Infinity. */
export const levelFloorDbfs = -100

export interface Level {
  readonly rmsDbfs: number
  readonly peakDbfs: number
}

/** A `Level` that is filled again for each frame, so that measuring allocates nothing. */
export interface MutableLevel {
  rmsDbfs: number
  peakDbfs: number
}

/** Measures RMS and peak in one pass into `into`, which it returns. No samples at all are silence. */
export function measureLevel(
  samples: Int16Array,
  into: MutableLevel = { rmsDbfs: 0, peakDbfs: 0 },
): MutableLevel {
  let sum = 0
  let peak = 0
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] as number
    sum += sample * sample
    const magnitude = sample < 0 ? -sample : sample
    if (magnitude > peak) peak = magnitude
  }
  into.rmsDbfs = powerDbfs(samples.length === 0 ? 0 : sum / samples.length / fullScalePower)
  into.peakDbfs = powerDbfs((peak * peak) / fullScalePower)
  return into
}

const fullScalePower = 32_768 * 32_768

/** Power as a share of full scale to dBFS, not below the floor. */
function powerDbfs(power: number): number {
  return power <= 0 ? levelFloorDbfs : Math.max(levelFloorDbfs, 10 * Math.log10(power))
}

export interface MeterOptions {
  /** Time constant while the level rises, in ms. Default 10. */
  readonly attackMs?: number
  /** Time constant while it falls, in ms. Default 300. */
  readonly releaseMs?: number
  /** How fast the peak falls, in dB per second. Default 20. */
  readonly peakFallDbPerS?: number
}

/** `rmsDbfs` and `peakDbfs` are what the meter shows now. */
export interface Meter extends Level {
  /** Takes the next frame. Gaps in media time count as silence; a step back in it counts as no gap. */
  hear(frame: AudioFrame): void
  reset(): void
}

/** A meter that smooths RMS in the power domain and lets peaks fall slowly, by media time and not by the clock. */
export function createMeter(options: MeterOptions = {}): Meter {
  const { attackMs = 10, releaseMs = 300, peakFallDbPerS = 20 } = options
  const level: MutableLevel = { rmsDbfs: 0, peakDbfs: 0 }
  let power = 0
  let peakDbfs = levelFloorDbfs
  let endMs = Number.POSITIVE_INFINITY

  function move(towards: number, overMs: number): void {
    const constantMs = towards > power ? attackMs : releaseMs
    power += (towards - power) * (1 - Math.exp(-overMs / constantMs))
    peakDbfs = Math.max(levelFloorDbfs, peakDbfs - (peakFallDbPerS * overMs) / 1000)
  }

  return {
    get rmsDbfs() {
      return powerDbfs(power)
    },
    get peakDbfs() {
      return peakDbfs
    },
    hear({ samples, rate, atMs }) {
      if (atMs > endMs) move(0, atMs - endMs)
      measureLevel(samples, level)
      const durationMs = (samples.length * 1000) / rate
      move(level.rmsDbfs <= levelFloorDbfs ? 0 : 10 ** (level.rmsDbfs / 10), durationMs)
      peakDbfs = Math.max(peakDbfs, level.peakDbfs)
      endMs = atMs + durationMs
    },
    reset() {
      power = 0
      peakDbfs = levelFloorDbfs
      endMs = Number.POSITIVE_INFINITY
    },
  }
}
