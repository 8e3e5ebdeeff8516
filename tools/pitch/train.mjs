/**
 * Learns what voicing sounds like and writes packages/audio/src/pitch/voicing-weights.ts.
 *
 *   npm run build && node tools/pitch/train.mjs [folder of WAV files with speech] ...
 *
 * From generated signals of seeds 101–106, whose truth is known, and from the speech in the folders, for which Praat
 * stands in. Neither the signals of the reported seed nor the clips of fixtures/audio may go in.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { convert, convertSignal } from '../../bench/dist/prosody/convert.js'
import { trackWithPraat } from '../../bench/dist/prosody/praat.js'
import { exactTruth } from '../../bench/dist/prosody/score.js'
import { exactSignals } from '../../bench/dist/prosody/signals.js'
import { truthOfTrack } from '../../bench/dist/prosody/speech.js'
import { loadResampling, readWav } from '../../packages/audio/dist/index.js'
import { seededRandom } from '../../packages/sim/dist/index.js'
import { eachLook } from './cues.mjs'
import { train } from './network.mjs'

const seeds = [101, 102, 103, 104, 105, 106]
const rates = [8000, 16_000]
const resampling = await loadResampling()
/** Looks by the time between them. */
const looks = { 16: [], 8: [] }

for (const seed of seeds) {
  for (const signal of exactSignals(seed)) {
    for (const rate of rates) add(convertSignal(signal, rate, resampling), rate, exactTruth(signal.truth))
  }
}
for (const folder of process.argv.slice(2)) addSpeech(folder)
const target = new URL('../../packages/audio/src/pitch/voicing-weights.ts', import.meta.url)
const head = readFileSync(target, 'utf8').replace(/export const[\s\S]*/, '')
writeFileSync(target, head + [16, 8].map(weightsOf).join('\n'))

function weightsOf(hopMs) {
  console.error(`${looks[hopMs].length} looks, every ${hopMs} ms`)
  const { rows, weights } = train(looks[hopMs], {
    hidden: 14,
    epochs: hopMs === 16 ? 24 : 12,
    random: seededRandom(1),
  })
  return `export const every${hopMs}Ms: VoicingWeights = {
  sumsOfCues: [
${rows.map(row => `    [${row.join(', ')}],`).join('\n')}
  ],
  weightsOfSums: [${weights.join(', ')}],
}
`
}

function addSpeech(folder) {
  const files = readdirSync(folder)
    .filter(file => file.endsWith('.wav'))
    .sort()
  const sounds = files.map(file => {
    const { samples, sampleRate } = readWav(readFileSync(join(folder, file)))
    return { samples, rate: sampleRate }
  })
  const { tracks } = trackWithPraat(sounds, 4)
  sounds.forEach(({ samples, rate }, i) => {
    const truthAt = truthOfTrack(tracks[i])
    for (const near of rates) add(convert(samples, rate, near, resampling), near, truthAt)
  })
}

function add(samples, rate, truthAt) {
  for (const hopMs of [16, 8]) {
    eachLook({ samples, rate, hopMs, truthAt }, (cues, voiced) =>
      looks[hopMs].push({ cues, voiced, weight: 1 }),
    )
  }
}
