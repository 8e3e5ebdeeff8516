/**
 * Spares the detector most of the work of silence. The gate closes only on what the detector itself has called
 * silence for half a second and that is quiet besides. While it is closed the detector coasts: its memory, which
 * reaches back seconds, moves on as if it had listened, so that anything louder opens the gate in the same window and
 * is judged as it would have been without it.
 */

import type { VoiceDetector } from './voice-activity.js'

export interface EnergyGateOptions {
  /** The gate never closes on sound above this level. dBFS, loudest 8 ms of a window. Default −60. */
  readonly ceilingDb?: number
  /** How much louder than the silence it closed on a sound must be to open it, in dB. Default 2. */
  readonly marginDb?: number
  /** Below this everything is silence. dBFS. Default −96, half a step of PCM16. */
  readonly floorDb?: number
  /** While closed, every how many windows one is analysed all the same. Default 8. */
  readonly refreshWindows?: number
}

export interface GatedDetector extends VoiceDetector {
  /** Windows taken since the detector was made. */
  readonly windows: number
  /** How many of them were only coasted through. */
  readonly skipped: number
}

/** Windows of silence before the gate closes, and over which it follows a silence that changes: 512 ms. */
const settleWindows = 16
/** The detector is sure of silence below this. */
const silentProbability = 0.1
const blocksPerWindow = 4

/** Puts the gate in front of `detector`, whose probabilities it passes on. Closing it closes the detector. */
export function gateVoice(detector: VoiceDetector, options: EnergyGateOptions = {}): GatedDetector {
  const { ceilingDb = -60, marginDb = 2, floorDb = -96, refreshWindows = 8 } = options
  const ceiling = powerOf(ceilingDb)
  const margin = 10 ** (marginDb / 10)
  const floor = powerOf(floorDb)
  let threshold = 0
  let closed = false
  let settled = 0
  let loudest = 0
  let coasted = 0
  let analysed = 0
  let windows = 0
  let skipped = 0

  const restart = (): void => {
    settled = 0
    loudest = 0
  }

  /** Takes note of a silent window; whether the gate is, or stays, closed. */
  const settle = (level: number): boolean => {
    loudest = Math.max(loudest, level)
    settled++
    if (settled < settleWindows) return closed
    const quiet = loudest <= ceiling
    threshold = Math.max(floor, loudest * margin)
    restart()
    return quiet
  }

  const coast = (window: Int16Array): number => {
    coasted++
    skipped++
    return detector.coast(window)
  }

  const listen = (window: Int16Array, level: number): number => {
    coasted = 0
    analysed = level
    return detector.process(window)
  }

  /** Whether a window of the closed gate sounds like the last one that was analysed. */
  const same = (level: number): boolean =>
    coasted < refreshWindows - 1 && level <= Math.max(floor, analysed * margin) && level * margin >= analysed

  const open = (): void => {
    closed = false
    restart()
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
      if (closed && level > threshold) open()
      const probability = closed && same(level) ? coast(window) : listen(window, level)
      if (probability >= silentProbability) open()
      else closed = settle(level)
      return probability
    },
    coast(window) {
      windows++
      return coast(window)
    },
    reset() {
      open()
      detector.reset()
    },
    close: () => detector.close(),
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
