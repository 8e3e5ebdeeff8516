/** Those whose pitch is scored: ours in both manners, Praat, aubio and the libraries of npm, as far as they are there. */

import type { MakeFourier } from '@parley/audio'
import { hasAubio, trackWithAubio } from './aubio.js'
import { loadNpmPitch, type NpmPitch, trackWithNpm } from './npm-pitch.js'
import { trackWithOurs } from './ours.js'
import { hasPraat, type Sound, trackWithPraat } from './praat.js'
import type { Track } from './score.js'

export interface Contender {
  readonly name: string
  /** Sounds of one rate, 8000 or 16000 Hz. */
  track(sounds: readonly Sound[]): Track[]
}

export interface Field {
  readonly contenders: readonly Contender[]
  readonly npm: readonly NpmPitch[]
  /** What is not there, in words. */
  readonly missing: readonly string[]
}

export async function gatherField(fourier: MakeFourier): Promise<Field> {
  const missing: string[] = []
  const ours = (['fast', 'accurate'] as const).map(manner => ({
    name: `ours, ${manner}`,
    track: (sounds: readonly Sound[]) => sounds.map(sound => trackWithOurs(sound, { manner, fourier })),
  }))
  const contenders: Contender[] = [...ours]
  if (hasPraat()) {
    contenders.push({ name: 'Praat', track: sounds => [...trackWithPraat(sounds, 8).tracks] })
  } else missing.push('Praat (Debian package praat): human speech is left out')
  if (hasAubio()) contenders.push({ name: 'aubio yinfft', track: sounds => trackWithAubio(sounds) })
  else missing.push('aubio (Debian package aubio-tools)')
  const npm = await loadNpmPitch().catch((problem: unknown) => {
    missing.push(`the npm libraries (npm ci --prefix tools/pitch): ${String(problem)}`)
    return []
  })
  for (const library of npm) {
    contenders.push({
      name: library.name,
      track: sounds => sounds.map(sound => trackWithNpm(library, sound)),
    })
  }
  return { contenders, npm, missing }
}
