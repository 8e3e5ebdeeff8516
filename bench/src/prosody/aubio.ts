/** aubio's command line on files: yinfft, 1024 samples of 16 kHz at a time, and a threshold of silence. */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeWav } from '@parley/audio'
import type { Sound } from './praat.js'
import type { Track } from './score.js'

export function hasAubio(): boolean {
  return spawnSync('aubiopitch', ['--help'], { stdio: 'ignore' }).error === undefined
}

/** @param sounds of one rate, of 8000 or 16000 Hz */
export function trackWithAubio(sounds: readonly Sound[], tolerance = aubioTolerance): Track[] {
  const folder = mkdtempSync(join(tmpdir(), 'parley-aubio-'))
  const file = join(folder, 'sound.wav')
  try {
    return sounds.map(({ samples, rate }) => {
      const size = (1024 * rate) / 16_000
      const hop = (256 * rate) / 16_000
      writeFileSync(file, writeWav({ samples, sampleRate: rate }))
      const settings = ['-r', String(rate), '-B', String(size), '-H', String(hop), '-p', 'yinfft']
      const limits = ['-l', String(tolerance), '-s', String(aubioSilenceDb)]
      const said = execFileSync('aubiopitch', ['-i', file, ...settings, ...limits], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const lines = said
        .trim()
        .split('\n')
        .map(line => line.trim().split(/\s+/).map(Number))
      // A line has the time at which its hop begins; the hop is the end of the window.
      const shift = hop - size / 2
      return {
        name: 'aubio',
        atMs: lines.map(([seconds = 0]) => seconds * 1000 + (shift * 1000) / rate),
        hz: lines.map(([, hz = 0]) => (hz >= 55 && hz <= 640 ? hz : 0)),
      }
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Usual values for speech, the same for all signals. */
export const aubioTolerance = 0.3
export const aubioSilenceDb = -55
