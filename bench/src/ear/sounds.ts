/** The labelled recordings, split by speaker into those the ear was tuned on and those it was not, and mixtures of them. */

import { readFileSync } from 'node:fs'
import { loadResampling, readWav, type VoiceRate } from '@parley/audio'

export interface Sound {
  readonly samples: Int16Array
  readonly rate: VoiceRate
}

interface Clip {
  readonly id: string
  readonly file: string
  readonly sr: number
  readonly speaker: string
  readonly segments: readonly (readonly [number, number])[]
}

export type Side = 'tune' | 'hold-out'
export type Bed = 'babble' | 'office' | 'pink' | 'music'

export const beds: readonly Bed[] = ['babble', 'office', 'pink', 'music']

const fixtures = new URL('../../../fixtures/audio/', import.meta.url)
const labels: {
  readonly clips: readonly Clip[]
  readonly traps: readonly { readonly id: string; readonly file: string; readonly expect: string }[]
} = JSON.parse(readFileSync(new URL('labels.json', fixtures), 'utf8'))
const resampling = await loadResampling()
const loaded = new Map<string, Int16Array>()

const tuneSpeakers = new Set(['allison-en', 'allison-es', 'alsa', 'hw-default'])
const tuneTraps = /^(fd-|gen-|cough-default$)/

export const clipsOf = (side: Side) =>
  labels.clips.filter(({ speaker }) => tuneSpeakers.has(speaker) === (side === 'tune'))

export const trapsOf = (side: Side) =>
  labels.traps.filter(({ id }) => tuneTraps.test(id) === (side === 'tune'))

export function load(file: string, rate: VoiceRate): Int16Array {
  const key = `${file} ${rate}`
  const known = loaded.get(key)
  if (known !== undefined) return known
  const wav = readWav(readFileSync(new URL(file, fixtures)))
  let samples = wav.samples
  if (wav.sampleRate !== rate) {
    const resampler = resampling.create({ fromRate: wav.sampleRate, toRate: rate })
    samples = resampler.process(wav.samples).slice()
    resampler.close()
  }
  loaded.set(key, samples)
  return samples
}

export const rateOf = (sr: number): VoiceRate => (sr === 8000 ? 8000 : 16000)

export function powerOf(samples: Int16Array, from = 0, to = samples.length): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += (samples[i] as number) ** 2
  return sum / Math.max(1, to - from)
}

/** Mean power of what is labelled as speech. */
export function speechPower(clip: Clip, { samples, rate }: Sound): number {
  let sum = 0
  let count = 0
  for (const [startMs, endMs] of clip.segments) {
    const from = Math.floor((startMs * rate) / 1000)
    const to = Math.min(samples.length, Math.floor((endMs * rate) / 1000))
    if (to <= from) continue
    sum += powerOf(samples, from, to) * (to - from)
    count += to - from
  }
  return sum / Math.max(1, count)
}

/** Adds `samples` times `gain` to `into` from `at` on, without going beyond either. */
export function add(into: Float64Array, samples: ArrayLike<number>, at: number, gain = 1): void {
  const count = Math.min(samples.length, into.length - at)
  for (let i = 0; i < count; i++) into[at + i] = (into[at + i] as number) + gain * (samples[i] as number)
}

/** Adds a bed of the given mean power over all of `into`, beginning somewhere in it. */
export function addBed(
  into: Float64Array,
  { bed, rate, power, from = 0 }: { bed: Bed; rate: VoiceRate; power: number; from?: number },
): void {
  const noise = load(`noise/${bed}.wav`, rate)
  const gain = Math.sqrt(power / powerOf(noise))
  for (let i = 0; i < into.length; i++) {
    into[i] = (into[i] as number) + gain * (noise[(i + from) % noise.length] as number)
  }
}

export function toPcm(line: Float64Array): Int16Array {
  return Int16Array.from(line, value => Math.max(-32_768, Math.min(32_767, Math.round(value))))
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
