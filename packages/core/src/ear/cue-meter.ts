/**
 * Measures what the caller's sound is like: level, noise floor, pitch, voicing and hum. Takes the sound in steps of
 * 4 ms, so that what is known at a moment does not depend on the size of the frames that brought it.
 */

import {
  type AudioFrame,
  createLowShare,
  createNoiseFloor,
  createPitchTracker,
  levelFloorDbfs,
} from '@parley/audio'

export const stepMs = 4

export interface CueMeter {
  /** The next 4 ms. `voiced` tells whether the sound is taken for voice just now. */
  step(step: AudioFrame, voiced: boolean): void
  /** Level of the last 20 ms, RMS dBFS. */
  readonly levelDb: number
  /** Level of the last 8 ms, for what cannot wait. */
  readonly edgeDb: number
  readonly noiseDb: number
  readonly pitchHz: number
  readonly voicing: number
  readonly hum: number
  /** Looks at the pitch now and not at the next of every 20 ms. */
  analyse(): void
  reset(): void
}

const stepsPerLevel = 5
const stepsPerEdge = 2
/** Sound this little above the noise floor has no pitch worth the work. */
const pitchMarginDb = 3

export function createCueMeter(rate: number): CueMeter {
  const pitch = createPitchTracker({ rate })
  const low = createLowShare({ rate })
  const floor = createNoiseFloor()
  const powers = new Float64Array(stepsPerLevel)
  let steps = 0
  let levelDb = levelFloorDbfs
  let edgeDb = levelFloorDbfs
  let hum = 0
  let pitched = false

  const levelOf = (count: number): number => {
    let sum = 0
    for (let i = 0; i < count; i++) {
      sum += powers[(steps - i + stepsPerLevel * 2) % stepsPerLevel] as number
    }
    return dbfs(sum / count)
  }

  const analyse = (): void => {
    pitched = levelDb > floor.levelDb + pitchMarginDb
    if (pitched) pitch.analyse()
  }

  return {
    get levelDb() {
      return levelDb
    },
    get edgeDb() {
      return edgeDb
    },
    get noiseDb() {
      return floor.levelDb
    },
    get pitchHz() {
      return pitched ? pitch.hz : 0
    },
    get voicing() {
      return pitched ? pitch.voicing : 0
    },
    get hum() {
      return hum
    },
    analyse,
    step({ samples }, voiced) {
      pitch.hear(samples)
      low.hear(samples)
      powers[steps] = powerOf(samples)
      levelDb = levelOf(stepsPerLevel)
      edgeDb = levelOf(stepsPerEdge)
      steps++
      if (steps < stepsPerLevel) return
      steps = 0
      floor.hear(levelDb, stepsPerLevel * stepMs, voiced)
      hum = low.take()
      analyse()
    },
    reset() {
      pitch.reset()
      low.reset()
      floor.reset()
      powers.fill(0)
      steps = 0
      levelDb = levelFloorDbfs
      edgeDb = levelFloorDbfs
      hum = 0
      pitched = false
    },
  }
}

/** Mean square as a share of full scale. */
function powerOf(samples: Int16Array): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] as number
    sum += sample * sample
  }
  return sum / samples.length / 32_768 ** 2
}

function dbfs(power: number): number {
  return power <= 0 ? levelFloorDbfs : Math.max(levelFloorDbfs, 10 * Math.log10(power))
}
