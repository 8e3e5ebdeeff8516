/** What disturbs a voice: hiss, the hum of machines and rooms, and other people's consonants. */

import { createBiquad } from '@parley/audio'
import { loudestPower, madeRate, type Random } from './exact-signal.js'
import { normal } from './voices.js'

export type NoiseKind = 'white' | 'pink' | 'hum'

export function noise(kind: NoiseKind, length: number, random: Random): Float32Array {
  const samples = new Float32Array(length)
  let [slow, middle, quick] = [0, 0, 0]
  for (let i = 0; i < length; i++) {
    const white = normal(random)
    // Three poles an octave and more apart fall by about 3 dB an octave (P. Kellet).
    slow = 0.99765 * slow + white * 0.099046
    middle = 0.963 * middle + white * 0.2965164
    quick = 0.57 * quick + white * 1.0526913
    const pink = slow + middle + quick + white * 0.1848
    samples[i] = kind === 'white' ? white : kind === 'pink' ? pink : hum(i) + 3 * pink
  }
  return samples
}

/** Mains at 50 Hz with harmonics up to 350. */
function hum(at: number): number {
  let sum = 0
  for (const n of [1, 2, 3, 5, 7]) sum += Math.sin((2 * Math.PI * 50 * n * at) / madeRate + n * n) / n
  return 2 * sum
}

/** Noise under the loudest 100 ms of the voice by `snrDb`, both between 0 and 8 kHz. */
export function withNoise(voice: Float32Array, added: Float32Array, snrDb: number): Float32Array {
  const narrow = lowPassed(added, 8000)
  const gain = Math.sqrt(loudestPower(voice) / loudestPower(narrow)) * 10 ** (-snrDb / 20)
  return voice.map((sample, i) => sample + gain * (narrow[i] as number))
}

/** A voiceless consonant: noise about a frequency, with ramps. */
export function addFricative(
  samples: Float32Array,
  sound: { fromMs: number; untilMs: number; hz: number; strength: number },
  random: Random,
): void {
  const from = Math.round((sound.fromMs * madeRate) / 1000)
  const until = Math.min(samples.length, Math.round((sound.untilMs * madeRate) / 1000))
  const wave = Float64Array.from({ length: Math.max(0, until - from) }, () => normal(random))
  createBiquad({ kind: 'high-pass', hz: sound.hz, rate: madeRate }).run(wave, wave.length)
  const ramp = madeRate / 100
  wave.forEach((value, i) => {
    const near = Math.min(1, i / ramp, (wave.length - i) / ramp)
    samples[from + i] = (samples[from + i] as number) + value * near * sound.strength
  })
}

export function lowPassed(samples: Float32Array, hz: number): Float32Array {
  return filtered(samples, 'low-pass', hz, 2)
}

/** 300–3400 Hz, steeper than a line needs to be. */
export function phoneBand(samples: Float32Array): Float32Array {
  return filtered(filtered(samples, 'high-pass', 300, 3), 'low-pass', 3400, 3)
}

function filtered(
  samples: Float32Array,
  kind: 'low-pass' | 'high-pass',
  hz: number,
  times: number,
): Float32Array {
  const wave = Float64Array.from(samples)
  for (let i = 0; i < times; i++) createBiquad({ kind, hz, rate: madeRate }).run(wave, wave.length)
  return Float32Array.from(wave)
}
