/** Voices and noises whose prosody is known, made of sums of harmonics. */

export interface MadeVoice {
  readonly rate: number
  readonly durationMs: number
  /** Fundamental at a moment, Hz. */
  readonly hz: number | ((ms: number) => number)
  /** Amplitude of the first harmonic at a moment; the others fall by 6 dB an octave. */
  readonly gain?: number | ((ms: number) => number)
}

const tableSize = 2048

/** Harmonics up to 3.6 kHz, of full scale 1. */
export function voiceOf({ rate, durationMs, hz, gain = 0.1 }: MadeVoice): Float32Array {
  const samples = new Float32Array(Math.round((durationMs * rate) / 1000))
  const pitchAt = typeof hz === 'number' ? () => hz : hz
  const gainAt = typeof gain === 'number' ? () => gain : gain
  const highest = Math.max(...Array.from({ length: Math.ceil(durationMs / 10) }, (_, i) => pitchAt(i * 10)))
  const period = periodOf(Math.floor(3600 / highest))
  let turns = 0
  for (let i = 0; i < samples.length; i++) {
    const ms = (i * 1000) / rate
    turns = (turns + pitchAt(ms) / rate) % 1
    const place = Math.floor(turns * tableSize)
    const after = turns * tableSize - place
    samples[i] =
      gainAt(ms) * ((period[place] as number) * (1 - after) + (period[place + 1] as number) * after)
  }
  return samples
}

function periodOf(harmonics: number): Float64Array {
  return Float64Array.from({ length: tableSize + 1 }, (_, i) => {
    let sum = 0
    for (let n = 1; n <= harmonics; n++) sum += Math.sin((2 * Math.PI * n * i) / tableSize) / n
    return sum
  })
}

/** Gain of syllables: so many bumps a second between almost nothing and 0.15. */
export const syllablesOf = (perSecond: number) => (ms: number) =>
  0.15 * (0.03 + 0.97 * Math.sin((Math.PI * perSecond * ms) / 1000) ** 2)

/** White noise, always the same. */
export function noiseOf(length: number, amplitude: number): Float32Array {
  let seed = 12_345
  return Float32Array.from({ length }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return amplitude * (seed / 2 ** 31 - 1)
  })
}

export function sineOf(rate: number, durationMs: number, hz: number, amplitude: number): Float32Array {
  return Float32Array.from({ length: Math.round((durationMs * rate) / 1000) }, (_, i) => {
    return amplitude * Math.sin((2 * Math.PI * hz * i) / rate)
  })
}

export function joined(...parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN
