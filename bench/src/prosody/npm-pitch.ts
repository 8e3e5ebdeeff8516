/**
 * The pitch libraries of npm, each on windows of 1024 samples at 16 kHz (512 at 8 kHz) every 16 ms, unvoiced where it
 * says so, where it is less sure than a threshold, and in silence.
 */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Sound } from './praat.js'
import type { Track } from './score.js'

export interface NpmPitch {
  readonly name: string
  /** One window to Hz; 0 where nothing is voiced. */
  create(rate: number, size: number): (window: Float32Array) => number
}

export interface NpmThresholds {
  readonly pitchy: number
  readonly yin: number
  readonly aubioConfidence: number
  readonly silenceDb: number
}

/** Usual values for speech, the same for all signals. */
export const npmThresholds: NpmThresholds = { pitchy: 0.85, yin: 0.2, aubioConfidence: 0.3, silenceDb: -55 }

interface Pitchy {
  readonly PitchDetector: {
    forFloat32Array(size: number): { findPitch(window: Float32Array, rate: number): [number, number] }
  }
}
interface Pitchfinder {
  YIN(settings: { sampleRate: number; threshold: number }): (window: Float32Array) => number | null
}
interface AubioPitch {
  do(window: Float32Array): number
  setTolerance?(tolerance: number): void
}
interface AubioJs {
  Pitch: new (method: string, size: number, hop: number, rate: number) => AubioPitch
}

const folder = fileURLToPath(new URL('../../../tools/pitch/', import.meta.url))

/** Installs them from their own lockfile if they are not there. Throws where they cannot be had. */
export async function loadNpmPitch(thresholds: NpmThresholds = npmThresholds): Promise<NpmPitch[]> {
  if (!existsSync(`${folder}node_modules/pitchy`)) {
    execFileSync('npm', ['ci', '--prefix', folder, '--ignore-scripts'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
  const require = createRequire(`${folder}package.json`)
  const pitchy: Pitchy = await import(`${folder}node_modules/pitchy/index.js`)
  const pitchfinder: Pitchfinder = require('pitchfinder')
  const loadAubio: () => Promise<AubioJs> = require('aubiojs')
  const aubio = await loadAubio()
  return [
    {
      name: 'pitchy',
      create(rate, size) {
        const detector = pitchy.PitchDetector.forFloat32Array(size)
        return window => {
          const [hz, clarity] = detector.findPitch(window, rate)
          return clarity >= thresholds.pitchy ? hz : 0
        }
      },
    },
    {
      name: 'pitchfinder YIN',
      create(rate) {
        const detect = pitchfinder.YIN({ sampleRate: rate, threshold: thresholds.yin })
        return window => detect(window) ?? 0
      },
    },
    {
      name: 'aubiojs yinfft',
      create(rate, size) {
        const detector = new aubio.Pitch('yinfft', size, size, rate)
        detector.setTolerance?.(thresholds.aubioConfidence)
        return window => detector.do(window)
      },
    },
  ]
}

export function trackWithNpm(
  library: NpmPitch,
  { samples, rate }: Sound,
  silenceDb = npmThresholds.silenceDb,
): Track {
  const size = (1024 * rate) / 16_000
  const hop = (256 * rate) / 16_000
  const detect = library.create(rate, size)
  const window = new Float32Array(size)
  const atMs: number[] = []
  const hz: number[] = []
  for (let from = -size / 2; from + size / 2 <= samples.length; from += hop) {
    let power = 0
    for (let i = 0; i < size; i++) {
      const sample = (samples[from + i] ?? 0) / 32_768
      window[i] = sample
      power += sample * sample
    }
    const found = 10 * Math.log10(power / size + 1e-12) < silenceDb ? 0 : detect(window)
    atMs.push(((from + size / 2) * 1000) / rate)
    hz.push(found >= 55 && found <= 640 ? found : 0)
  }
  return { name: library.name, atMs, hz }
}
