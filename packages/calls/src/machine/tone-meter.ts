/**
 * Looks for one pure tone in sound: windows of 32 ms, every 16 ms, by a Fourier transform. A tone is one line that holds
 * most of the power, with no second line beside it but its own harmonics (two are a telephone key, or ringing), and
 * that does not beat (two lines too near each other to be told apart). Voices, music and noise have no such window, or
 * not for long: how long is for `tone-runs`.
 */

import { type AudioFrame, createFourier, createReframer } from '@parley/audio'

export interface ToneHop {
  /** Where the window begins, media ms. */
  atMs: number
  /** Of the tone; 0 where there is none. */
  hz: number
  /** RMS of the window, dBFS. */
  levelDb: number
}

export const toneWindowMs = 32
export const toneHopMs = 16

const lowestHz = 380
const highestHz = 3_000
/** What telephones carry; hum below it counts against nothing. */
const band = { fromHz: 250, toHz: 3_600 }
const leastLevelDb = -50
/** Share of the band's power in the line and its harmonics, and in the line alone. */
const leastShare = 0.75
const leastLine = 0.6
/** A second line is this much softer, as a share of power (−12 dB). */
const mostSecond = 0.063
/** Power of the softest 8 ms of the window over that of the loudest. */
const leastEven = 0.35
const lobe = 2

export interface ToneMeter {
  /** Frames at the meter's rate. `tell` gets one object that is filled again for every hop. */
  hear(frame: AudioFrame, tell: (hop: ToneHop) => void): void
}

/** `rate`: 8000 or 16000 Hz. */
export function createToneMeter(rate: number): ToneMeter {
  const hopSize = (rate * toneHopMs) / 1000
  const size = 2 ** Math.round(Math.log2((rate * toneWindowMs) / 1000))
  const fourier = createFourier(size)
  const hops = createReframer({ frameMs: toneHopMs, rate })
  const kept = new Float64Array(size)
  const shape = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size))
  const re = new Float64Array(size)
  const im = new Float64Array(size)
  const power = new Float64Array(size / 2)
  const hop: ToneHop = { atMs: 0, hz: 0, levelDb: -100 }
  const binHz = rate / size
  const binOf = (hz: number): number => Math.round(hz / binHz)
  const from = binOf(band.fromHz)
  const to = Math.min(size / 2 - 1, binOf(band.toHz))
  let tell: (hop: ToneHop) => void = () => {}

  const sumAround = (bin: number): number => {
    let sum = 0
    for (let i = Math.max(from, bin - lobe); i <= Math.min(to, bin + lobe); i++) sum += power[i] as number
    return sum
  }

  const spectrum = (): void => {
    for (let i = 0; i < size; i++) re[i] = (kept[i] as number) * (shape[i] as number)
    im.fill(0)
    fourier.transform(re, im)
    for (let i = 0; i < power.length; i++) power[i] = (re[i] as number) ** 2 + (im[i] as number) ** 2
  }

  /** Whether the level stays within the window. */
  const isEven = (): boolean => {
    const block = size / 4
    let least = Number.POSITIVE_INFINITY
    let most = 0
    for (let start = 0; start < size; start += block) {
      let sum = 0
      for (let i = start; i < start + block; i++) sum += (kept[i] as number) ** 2
      least = Math.min(least, sum)
      most = Math.max(most, sum)
    }
    return least >= most * leastEven
  }

  const hasSecond = (peak: number): boolean => {
    const most = (power[peak] as number) * mostSecond
    for (let i = from; i <= to; i++) {
      if ((power[i] as number) <= most || Math.abs(i - peak) <= lobe + 1) continue
      const harmonic = Math.round(i / peak)
      if (harmonic < 2 || Math.abs(i - harmonic * peak) > lobe) return true
    }
    return false
  }

  const toneHz = (): number => {
    let peak = from
    let total = 0
    for (let i = from; i <= to; i++) {
      total += power[i] as number
      if ((power[i] as number) > (power[peak] as number)) peak = i
    }
    const line = sumAround(peak)
    if (line < total * leastLine) return 0
    if (line + sumAround(2 * peak) + sumAround(3 * peak) < total * leastShare) return 0
    if (hasSecond(peak)) return 0
    const hz = (peak + offsetOf(power, peak)) * binHz
    return hz >= lowestHz && hz <= highestHz ? hz : 0
  }

  const analyse = ({ samples, atMs }: AudioFrame): void => {
    kept.copyWithin(0, hopSize)
    let sum = 0
    for (let i = 0; i < hopSize; i++) kept[size - hopSize + i] = samples[i] as number
    for (let i = 0; i < size; i++) sum += (kept[i] as number) ** 2
    hop.levelDb = sum === 0 ? -100 : 10 * Math.log10(sum / size / 32_768 ** 2)
    hop.atMs = atMs - (toneWindowMs - toneHopMs)
    hop.hz = 0
    if (hop.levelDb >= leastLevelDb && isEven()) {
      spectrum()
      hop.hz = toneHz()
    }
    tell(hop)
  }

  return {
    hear(frame, told) {
      tell = told
      hops.process(frame, analyse)
    },
  }
}

/** Where between the bins the line stands: a parabola through the logarithms. */
function offsetOf(power: Float64Array, peak: number): number {
  const log = (bin: number): number => Math.log((power[bin] ?? 0) + 1e-9)
  const [before, at, after] = [log(peak - 1), log(peak), log(peak + 1)]
  const bend = before - 2 * at + after
  return bend === 0 ? 0 : Math.max(-0.5, Math.min(0.5, (0.5 * (before - after)) / bend))
}
