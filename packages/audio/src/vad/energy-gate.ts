/**
 * Spares the detector the silence. The gate closes only on what the detector itself has called silence for half a
 * second and that is quiet besides; anything louder than that silence opens it in the same window, after the windows
 * just before have been run through the detector, so that it judges the onset as if it had listened all along.
 */

import type { VoiceDetector } from './voice-activity.js'

export interface EnergyGateOptions {
  /** The gate never closes on sound above this level. dBFS, loudest 8 ms of a window. Default −45. */
  readonly ceilingDb?: number
  /** How much louder than the silence it closed on a sound must be to open it, in dB. Default 2. */
  readonly marginDb?: number
  /** Below this everything is silence. dBFS. Default −72, under the smallest step of G.711. */
  readonly floorDb?: number
  /** Windows run again before the one that opens the gate. Default 4 (128 ms). */
  readonly replayWindows?: number
}

export interface GatedDetector extends VoiceDetector {
  /** Windows taken since the detector was made. */
  readonly windows: number
  /** How many of them never reached the detector behind the gate. */
  readonly skipped: number
}

/** Windows of silence before the gate closes, and after which it follows a silence that became quieter: 512 ms. */
const settleWindows = 16
/** The detector is sure of silence below this. */
const silentProbability = 0.1
const blocksPerWindow = 4

/** Puts the gate in front of `detector`, whose probabilities it passes on; a skipped window has probability 0. */
export function gateVoice(detector: VoiceDetector, options: EnergyGateOptions = {}): GatedDetector {
  const { ceilingDb = -45, marginDb = 2, floorDb = -72, replayWindows = 4 } = options
  const ceiling = powerOf(ceilingDb)
  const margin = 10 ** (marginDb / 10)
  const floor = powerOf(floorDb)
  const recent = createRing(detector.windowSize, replayWindows)
  let threshold = Number.POSITIVE_INFINITY
  let closed = false
  let settled = 0
  let loudest = 0
  let windows = 0
  let skipped = 0

  const settle = (level: number): boolean => {
    loudest = Math.max(loudest, level)
    settled++
    if (settled < settleWindows) return false
    const quiet = loudest <= ceiling
    if (quiet) threshold = Math.max(floor, loudest * margin)
    restart()
    return quiet
  }

  const restart = (): void => {
    settled = 0
    loudest = 0
  }

  const open = (): void => {
    closed = false
    restart()
    recent.drain(window => detector.process(window))
  }

  const listen = (window: Int16Array, level: number): number => {
    const probability = detector.process(window)
    if (probability >= silentProbability) restart()
    else closed = settle(level)
    return probability
  }

  const skip = (window: Int16Array, level: number): number => {
    skipped++
    recent.keep(window)
    settle(level)
    return 0
  }

  return {
    rate: detector.rate,
    windowSize: detector.windowSize,
    get windows() {
      return windows
    },
    get skipped() {
      return skipped
    },
    process(window) {
      windows++
      const level = loudestPower(window)
      if (closed && level <= threshold) return skip(window, level)
      if (closed) open()
      return listen(window, level)
    },
    reset() {
      closed = false
      restart()
      recent.drain(() => undefined)
      detector.reset()
    },
    close: () => detector.close(),
  }
}

/** The last few windows, oldest first; copies, in buffers made once. */
function createRing(windowSize: number, capacity: number) {
  const buffers = Array.from({ length: capacity }, () => new Int16Array(windowSize))
  let next = 0
  let held = 0
  return {
    keep(window: Int16Array): void {
      buffers[next]?.set(window)
      next = (next + 1) % capacity
      held = Math.min(held + 1, capacity)
    },
    drain(use: (window: Int16Array) => void): void {
      for (let age = held; age > 0; age--) {
        const window = buffers[(next - age + capacity) % capacity]
        if (window !== undefined) use(window)
      }
      held = 0
    },
  }
}

/** Mean power without the offset of the loudest block of a window, in squared sample values. */
function loudestPower(window: Int16Array): number {
  const size = window.length / blocksPerWindow
  let most = 0
  for (let start = 0; start < window.length; start += size) {
    let sum = 0
    let squares = 0
    for (let i = start; i < start + size; i++) {
      const sample = window[i] as number
      sum += sample
      squares += sample * sample
    }
    most = Math.max(most, (squares - (sum * sum) / size) / size)
  }
  return most
}

/** Power of a level in dBFS, where 0 is a full-scale square wave. */
function powerOf(db: number): number {
  return 32_768 ** 2 * 10 ** (db / 10)
}
