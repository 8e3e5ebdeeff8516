/**
 * The level of what is not speech, by minimum statistics (after R. Martin, IEEE Trans. Speech Audio Proc. 9(5), 2001,
 * without its spectral part): the lowest short-time power of the last second. Speech leaves gaps between its words and
 * so does not raise it; noise that grows raises it once the second has passed, noise that fades lowers it at once.
 */

import { levelFloorDbfs } from './level.js'

export interface NoiseFloorOptions {
  /** Over how much sound the lowest level is sought, in ms. Default 1200. */
  readonly memoryMs?: number
  /** How fast the floor may rise at all, in dB per second. Default 30. */
  readonly riseDbPerS?: number
  /** How fast it may rise on sound that is said to be voice, in dB per second. Default 2. */
  readonly voicedRiseDbPerS?: number
}

export interface NoiseFloor {
  /** Takes the level of the next stretch of sound in dBFS, its length in ms, and whether it is taken for voice. */
  hear(levelDb: number, overMs: number, voiced: boolean): void
  /** What is tracked, in dBFS. Before any sound the lowest level there is. */
  readonly levelDb: number
  reset(): void
}

const parts = 6
/** The lowest of many is below the mean; a bed of noise varies by this much in stretches of some 20 ms. */
const biasDb = 1.5

export function createNoiseFloor(options: NoiseFloorOptions = {}): NoiseFloor {
  const { memoryMs = 1200, riseDbPerS = 30, voicedRiseDbPerS = 2 } = options
  const partMs = memoryMs / parts
  const lowest = new Float64Array(parts).fill(Number.POSITIVE_INFINITY)
  let part = 0
  let inPartMs = 0
  let levelDb = Number.NaN

  const least = (): number => {
    let min = Number.POSITIVE_INFINITY
    for (let i = 0; i < parts; i++) min = Math.min(min, lowest[i] as number)
    return min
  }

  return {
    get levelDb() {
      return Number.isNaN(levelDb) ? levelFloorDbfs : levelDb
    },
    hear(heardDb, overMs, voiced) {
      lowest[part] = Math.min(lowest[part] as number, heardDb)
      const targetDb = Math.min(0, least() + biasDb)
      if (Number.isNaN(levelDb) || targetDb < levelDb) levelDb = targetDb
      else {
        const mostDb = ((voiced ? voicedRiseDbPerS : riseDbPerS) * overMs) / 1000
        levelDb = Math.min(targetDb, levelDb + mostDb)
      }
      inPartMs += overMs
      if (inPartMs < partMs) return
      inPartMs = 0
      part = (part + 1) % parts
      lowest[part] = Number.POSITIVE_INFINITY
    },
    reset() {
      lowest.fill(Number.POSITIVE_INFINITY)
      part = 0
      inPartMs = 0
      levelDb = Number.NaN
    },
  }
}
