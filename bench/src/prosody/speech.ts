/** The human speech of the fixtures, each clip at the rate of its line, 8 or 16 kHz. */

import { readFileSync } from 'node:fs'
import { type Resampling, readWav } from '@parley/audio'
import { convert } from './convert.js'
import type { Sound } from './praat.js'
import type { Track } from './score.js'

interface Labels {
  readonly clips: readonly { readonly file: string }[]
}

const fixtures = new URL('../../../fixtures/audio/', import.meta.url)

export function humanSpeech(resampling: Resampling): Sound[] {
  const labels: Labels = JSON.parse(readFileSync(new URL('labels.json', fixtures), 'utf8'))
  return labels.clips.map(({ file }) => {
    const { samples, sampleRate } = readWav(readFileSync(new URL(file, fixtures)))
    if (sampleRate === 8000 || sampleRate === 16_000) return { samples, rate: sampleRate }
    return { samples: convert(samples, sampleRate, 16_000, resampling), rate: 16_000 }
  })
}

/** The pitch of a reference track at a moment by its nearest frame; undefined outside of it. */
export function truthOfTrack({ atMs, hz }: Track): (atMs: number) => number | undefined {
  const first = atMs[0] ?? 0
  const step = (atMs[1] ?? 1) - first
  return moment => hz[Math.round((moment - first) / step)]
}
