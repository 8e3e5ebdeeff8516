import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadResampling } from '@parley/audio'
import { readWavFile } from '@parley/audio/node'
import { root } from './parley-process.js'

interface Labelled {
  readonly id: string
  readonly file: string
  readonly transcript: string | null
}

const labels: { readonly clips: readonly Labelled[]; readonly traps: readonly Labelled[] } = JSON.parse(
  readFileSync(join(root, 'fixtures/audio/labels.json'), 'utf8'),
)

/** A labelled recording of a person (or of a noise that is none), at 16 kHz unless told. */
export async function recording(
  id: string,
  rate = 16_000,
): Promise<{ readonly samples: Int16Array; readonly transcript: string }> {
  const label = [...labels.clips, ...labels.traps].find(clip => clip.id === id)
  if (label === undefined) throw new Error(`no recording ${id} in labels.json`)
  const wav = await readWavFile(join(root, 'fixtures/audio', label.file))
  const resampler = (await loadResampling()).create({ fromRate: wav.sampleRate, toRate: rate })
  const samples = Int16Array.from([...resampler.process(wav.samples).slice(), ...resampler.flush()])
  resampler.close()
  return { samples, transcript: label.transcript ?? '' }
}
