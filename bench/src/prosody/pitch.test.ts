import { createPitchAnalyser, loadFastFourier, loadResampling } from '@parley/audio'
import { describe, expect, it } from 'vitest'
import { convertSignal } from './convert.js'
import { measureDelay } from './cost.js'
import { trackWithOurs } from './ours.js'
import { type Counts, countErrors, exactTruth, noCounts, scoreOf } from './score.js'
import { exactSignals, type SignalKind } from './signals.js'

const resampling = await loadResampling()
const fourier = await loadFastFourier()
const kinds: readonly SignalKind[] = [
  'octave traps',
  'alternating pulses',
  'telephone band',
  'level steps',
  'creaky onset',
]
const signals = exactSignals(2, kinds)
const sounds = new Map(
  ([16_000, 8000] as const).map(rate => [
    rate,
    signals.map(signal => convertSignal(signal, rate, resampling)),
  ]),
)

describe('pitch on signals with exact truth', () => {
  it.each([
    { rate: 16_000, manner: 'fast' },
    { rate: 16_000, manner: 'accurate' },
    { rate: 8000, manner: 'fast' },
    { rate: 8000, manner: 'accurate' },
  ] as const)('keeps what is promised of it at $rate Hz, $manner', ({ rate, manner }) => {
    const counts: Counts = noCounts()
    sounds.get(rate)?.forEach((samples, i) => {
      const track = trackWithOurs({ samples, rate }, { manner, fourier })
      countErrors(counts, track, exactTruth(signals[i]?.truth ?? new Float32Array(0)))
    })
    const { ffe, gpe, vde, cents, frames } = scoreOf(counts)
    expect(frames).toBeGreaterThan(1000)
    expect(ffe).toBeLessThanOrEqual(4)
    expect(gpe).toBeLessThanOrEqual(1.5)
    expect(vde).toBeLessThanOrEqual(3)
    expect(cents).toBeLessThanOrEqual(20)
  })

  it.each([
    { manner: 'fast', mostMs: 38 },
    { manner: 'accurate', mostMs: 32 },
  ] as const)('tells a look $mostMs ms past its middle at the latest, $manner', ({ manner, mostMs }) => {
    const delayMs = measureDelay(new Int16Array(16_000), 16_000, manner)
    expect(delayMs).toBeLessThanOrEqual(mostMs)
    expect(delayMs).toBe(createPitchAnalyser({ rate: 16_000, manner }).delayMs)
  })
})
