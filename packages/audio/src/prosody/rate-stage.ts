/**
 * Brings samples to a lower rate, synchronously: a windowed sinc at the exact places of the output, from a table of
 * its phases. Output k is the sound at time k / toRate, without delay; it is given as soon as the input it needs is
 * there. Flat to 0.35 of the lower rate, 50 dB down from 0.55 of it.
 */

export interface RateStage {
  /** Takes `count` samples in and writes what they complete into `into`; answers with the number of those. */
  run(samples: Float64Array, count: number, into: Float32Array): number
  /** Samples that must have been taken in for `outputs` samples to be out. */
  needed(outputs: number): number
  reset(): void
}

export interface RateStageOptions {
  /** Hz, whole numbers; `toRate` is not above `fromRate`. */
  readonly fromRate: number
  readonly toRate: number
}

/** Zero crossings of the sinc to each side. */
const crossings = 8
const cutoff = 0.45
/** Kaiser's β for 50 dB. */
const shape = 4.6
/** More phases than these are rounded to the nearest of them. */
const mostPhases = 512
const lineSamples = 2048

export function createRateStage({ fromRate, toRate }: RateStageOptions): RateStage {
  return fromRate === toRate ? sameRate() : lowerRate(fromRate, toRate)
}

function sameRate(): RateStage {
  return {
    run(samples, count, into) {
      for (let i = 0; i < count; i++) into[i] = samples[i] as number
      return count
    },
    needed: outputs => outputs,
    reset() {},
  }
}

function lowerRate(fromRate: number, toRate: number): RateStage {
  const common = greatestCommon(fromRate, toRate)
  const up = toRate / common
  const down = fromRate / common
  const phases = Math.min(up, mostPhases)
  const half = 2 * Math.ceil((crossings * fromRate) / toRate / 2)
  const taps = 2 * half
  const table = sincTable({ phases, half, step: toRate / fromRate })
  const line = new Float64Array(taps + lineSamples)
  /** `held` samples stand in the line; the next output lies `frac`/`up` samples after number `at` of them. */
  const state = { held: half - 1, at: half - 1, frac: 0 }

  const shift = (): void => {
    const first = state.at - (half - 1)
    line.copyWithin(0, first, state.held)
    state.held -= first
    state.at -= first
  }

  const convert = (into: Float32Array, from: number): number => {
    const last = state.held - half
    let { at, frac } = state
    let made = from
    for (; at < last; made++) {
      const phase = phases === up ? frac : Math.round((frac * phases) / up)
      let tap = phase * taps
      // Two sums, since each addition has to wait for the one before it.
      let even = 0
      let odd = 0
      for (let i = at - half + 1, end = i + taps; i < end; i += 4, tap += 4) {
        even +=
          (line[i] as number) * (table[tap] as number) + (line[i + 2] as number) * (table[tap + 2] as number)
        odd +=
          (line[i + 1] as number) * (table[tap + 1] as number) +
          (line[i + 3] as number) * (table[tap + 3] as number)
      }
      into[made] = even + odd
      frac += down
      const whole = Math.floor(frac / up)
      at += whole
      frac -= whole * up
    }
    state.at = at
    state.frac = frac
    return made
  }

  return {
    run(samples, count, into) {
      let made = 0
      let taken = 0
      while (taken < count) {
        if (state.held === line.length) shift()
        const room = Math.min(count - taken, line.length - state.held)
        for (let i = 0; i < room; i++) line[state.held + i] = samples[taken + i] as number
        state.held += room
        taken += room
        made = convert(into, made)
      }
      return made
    },
    needed: outputs => (outputs <= 0 ? 0 : Math.floor(((outputs - 1) * down) / up) + half + 1),
    reset() {
      line.fill(0)
      state.held = half - 1
      state.at = half - 1
      state.frac = 0
    },
  }
}

/** For each phase the taps that lie on the input's samples, from `half − 1` before to `half` after; each sums to 1. */
function sincTable({ phases, half, step }: { phases: number; half: number; step: number }): Float64Array {
  const taps = 2 * half
  const table = new Float64Array((phases + 1) * taps)
  for (let phase = 0; phase <= phases; phase++) {
    let sum = 0
    for (let i = 0; i < taps; i++) {
      const away = i - (half - 1) - phase / phases
      const value = sinc(2 * cutoff * step * away) * kaiser(away / half)
      table[phase * taps + i] = value
      sum += value
    }
    for (let i = 0; i < taps; i++) table[phase * taps + i] = (table[phase * taps + i] as number) / sum
  }
  return table
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

/** J. F. Kaiser's window, 0 outside of ±1. */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(shape * Math.sqrt(1 - x * x)) / bessel(shape)
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; k < 24; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b)
}
