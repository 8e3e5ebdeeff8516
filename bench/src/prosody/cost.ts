/**
 * What a frame of 1024 samples at 16 kHz costs, 512 after the last one: a fair share of each in turn, in one process, so
 * that a busy machine weighs on all alike; the quickest of several rounds counts.
 */

import { createPitchAnalyser, createPlainFourier, type MakeFourier } from '@parley/audio'
import type { NpmPitch } from './npm-pitch.js'

export interface Cost {
  readonly name: string
  readonly frameUs: number
}

const size = 1024
const hop = 512
const rounds = 25

export function measureCosts(samples: Int16Array, fourier: MakeFourier, npm: readonly NpmPitch[]): Cost[] {
  const heard = Float32Array.from(samples, sample => sample / 32_768)
  const frames = Math.floor((heard.length - size) / hop)
  const runs = new Map<string, () => void>()
  for (const library of npm) {
    const detect = library.create(16_000, size)
    runs.set(library.name, () => {
      for (let frame = 0; frame < frames; frame++) detect(heard.subarray(frame * hop, frame * hop + size))
    })
  }
  for (const manner of ['fast', 'accurate'] as const) {
    for (const [kind, make] of [
      ['SIMD', fourier],
      ['plain code', createPlainFourier],
    ] as const) {
      const analyser = createPitchAnalyser({ rate: 16_000, manner, fourier: make })
      runs.set(`ours, ${manner}, ${kind}`, () => {
        for (let frame = 0; frame < frames; frame++)
          analyser.hear(heard.subarray(frame * hop, (frame + 1) * hop), ignore)
      })
    }
  }
  const best = new Map<string, number>()
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of runs) {
      const before = process.hrtime.bigint()
      run()
      const us = Number(process.hrtime.bigint() - before) / 1000 / frames
      best.set(name, Math.min(us, best.get(name) ?? Number.POSITIVE_INFINITY))
    }
  }
  return [...best].map(([name, frameUs]) => ({ name, frameUs }))
}

function ignore(): void {}

/** What has been heard beyond the middle of a window when its look is told, the most of all looks, ms. */
export function measureDelay(samples: Int16Array, rate: 8000 | 16000, manner: 'fast' | 'accurate'): number {
  const analyser = createPitchAnalyser({ rate, manner })
  const step = rate / 2000
  let most = 0
  for (let from = 0; from + step <= samples.length; from += step) {
    analyser.hear(samples.subarray(from, from + step), ({ atMs }) => {
      most = Math.max(most, ((from + step) * 1000) / rate - atMs)
    })
  }
  return most
}
