// The cues of every look of a sound, as the analyser sees them, with what the truth says of each.
import { createPlainFourier } from '../../packages/audio/dist/index.js'
import { createLookQueue } from '../../packages/audio/dist/pitch/look-queue.js'
import { createPitchFinder } from '../../packages/audio/dist/pitch/pitch-candidates.js'
import {
  createLevelRange,
  cues,
  cuesOf,
  followLevel,
  measureLevel,
} from '../../packages/audio/dist/pitch/pitch-voicing.js'
import { createPitchWindow, windowMs } from '../../packages/audio/dist/pitch/pitch-window.js'

const silentDb = -85

/** Calls `found(cues, voiced)` for each look that is not silent and whose truth is known. */
export function eachLook({ samples, rate, hopMs, truthAt }, found) {
  const size = (1024 * rate) / 16_000
  const length = (windowMs * rate) / 1000
  const hop = (hopMs * rate) / 1000
  const window = createPitchWindow(rate, size)
  const fourier = createPlainFourier(size)
  const finder = createPitchFinder(createPlainFourier(1024))
  const looks = createLookQueue({ bins: size / 2 + 1, hopMs })
  const range = createLevelRange()
  const framed = new Float32Array(size)
  for (let count = 0; count <= samples.length / hop + 1; count++) {
    looks.turn()
    frame(framed, samples, count * hop - length / 2, window)
    const { newest, settling, beforeSettling } = looks
    newest.atMs = count * hopMs
    fourier.powerOf(framed, newest.power)
    finder.find(newest.power, newest.candidates)
    measureLevel(newest.power, newest.candidates, newest)
    followLevel(range, newest.levelDb, hopMs)
    if (!looks.ready || settling.candidates.count === 0 || settling.levelDb < silentDb) continue
    const truth = truthAt(settling.atMs)
    if (truth === undefined) continue
    const values = new Float64Array(cues)
    cuesOf(values, { before: beforeSettling, middle: settling, after: newest }, range)
    found(values, truth > 0)
  }
}

function frame(framed, samples, from, { weights, sum }) {
  let mean = 0
  for (let i = 0; i < weights.length; i++) {
    framed[i] = ((samples[from + i] ?? 0) / 32_768) * weights[i]
    mean += framed[i] / sum
  }
  for (let i = 0; i < weights.length; i++) framed[i] -= mean * weights[i]
}
