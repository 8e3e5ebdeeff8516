// Teaches the network of packages/audio/src/viseme/ear-net.ts and writes its weights: node tools/visemes/train.mjs
// Learns from voices and sentences that measure.mjs does not use.
import { writeFileSync } from 'node:fs'
import { loadResampling, visemes } from '../../packages/audio/dist/index.js'
import { CONTEXT, HIDDEN, weightCount } from '../../packages/audio/dist/viseme/ear-net.js'
import { createEarSpectrum, FRAME_VALUES } from '../../packages/audio/dist/viseme/ear-spectrum.js'
import { learnt } from './sentences.mjs'
import { speak, withVoices } from './spoken-clips.mjs'

const INPUTS = CONTEXT.length * FRAME_VALUES
const EPOCHS = 10
const DECAY = 2e-6
let seed = 12345
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}
const gauss = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random())

const resampling = await loadResampling()
function at(clip, rate) {
  if (clip.rate === rate) return clip.samples
  const resampler = resampling.create({ fromRate: clip.rate, toRate: rate })
  const head = resampler.process(clip.samples).slice()
  const tail = resampler.flush().slice()
  resampler.close()
  const all = new Int16Array(head.length + tail.length)
  all.set(head)
  all.set(tail, head.length)
  return all
}

/** Frames of a clip at a rate, with a gain, noise and a longer or shorter throat, and the shape each is in. */
function framesOf(clip, rate, { gainDb, noiseDb, throat }) {
  const samples = at(clip, rate)
  const spectrum = createEarSpectrum(rate * throat)
  const gain = 10 ** (gainDb / 20) / 32768
  const noise = 10 ** ((gainDb + noiseDb) / 20)
  const window = new Float32Array(spectrum.size)
  const rows = []
  let cue = 0
  const count = Math.floor((samples.length * 100) / rate)
  for (let n = 0; n < count; n++) {
    const centre = Math.round((n * rate) / 100)
    for (let i = 0; i < spectrum.size; i++)
      window[i] = (samples[centre - (spectrum.size >> 1) + i] ?? 0) * gain + noise * gauss()
    const values = new Float32Array(FRAME_VALUES)
    spectrum.read(window, values)
    while (clip.cues[cue] !== undefined && clip.cues[cue].endMs <= n * 10) cue++
    const shape =
      clip.cues[cue] !== undefined && clip.cues[cue].startMs <= n * 10
        ? visemes.indexOf(clip.cues[cue].viseme)
        : 0
    rows.push({ values, shape })
  }
  return rows
}

function examplesOf(clips, rates) {
  const inputs = []
  const shapes = []
  for (const clip of clips)
    for (const rate of rates) {
      const rows = framesOf(clip, rate, {
        gainDb: -20 * random(),
        noiseDb: -80 + 35 * random(),
        throat: (rate > 8_000 ? 0.88 : 1) + 0.27 * random(),
      })
      for (let n = 0; n < rows.length - 1; n++) {
        const row = new Float32Array(INPUTS)
        for (const [index, offset] of CONTEXT.entries())
          row.set(rows[Math.max(0, n + offset)].values, index * FRAME_VALUES)
        inputs.push(row)
        shapes.push(rows[n].shape)
      }
    }
  return { inputs, shapes }
}

function train({ inputs, shapes }) {
  const classes = visemes.length
  const mean = new Float64Array(INPUTS)
  const spread = new Float64Array(INPUTS)
  for (const row of inputs) for (let i = 0; i < INPUTS; i++) mean[i] += row[i] / inputs.length
  for (const row of inputs)
    for (let i = 0; i < INPUTS; i++) spread[i] += (row[i] - mean[i]) ** 2 / inputs.length
  for (let i = 0; i < INPUTS; i++) spread[i] = Math.sqrt(spread[i]) || 1
  const rows = inputs.map(row => row.map((value, i) => (value - mean[i]) / spread[i]))
  const counts = new Float64Array(classes).fill(1)
  for (const shape of shapes) counts[shape]++
  // Rare shapes weigh more, but not as much as would make them common.
  const weight = counts.map(count => (shapes.length / classes / count) ** 0.35)
  const w1 = Float64Array.from({ length: HIDDEN * INPUTS }, () => gauss() * Math.sqrt(2 / INPUTS))
  const b1 = new Float64Array(HIDDEN)
  const w2 = Float64Array.from({ length: classes * HIDDEN }, () => gauss() * Math.sqrt(1 / HIDDEN))
  const b2 = new Float64Array(classes)
  const order = Uint32Array.from(rows, (_, i) => i)
  const hidden = new Float64Array(HIDDEN)
  const back = new Float64Array(HIDDEN)
  const out = new Float64Array(classes)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const step = 0.02 * (1 - epoch / EPOCHS) ** 1.5 + 0.0005
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      const held = order[i]
      order[i] = order[j]
      order[j] = held
    }
    let loss = 0
    let right = 0
    for (const index of order) {
      const row = rows[index]
      const shape = shapes[index]
      for (let h = 0; h < HIDDEN; h++) {
        let sum = b1[h]
        for (let i = 0, from = h * INPUTS; i < INPUTS; i++) sum += w1[from + i] * row[i]
        hidden[h] = sum > 0 ? sum : 0
      }
      let largest = -1e9
      let best = 0
      for (let c = 0; c < classes; c++) {
        let sum = b2[c]
        for (let h = 0; h < HIDDEN; h++) sum += w2[c * HIDDEN + h] * hidden[h]
        out[c] = sum
        if (sum > largest) {
          largest = sum
          best = c
        }
      }
      let total = 0
      for (let c = 0; c < classes; c++) total += out[c] = Math.exp(out[c] - largest)
      loss -= Math.log(out[shape] / total + 1e-12)
      if (best === shape) right++
      back.fill(0)
      for (let c = 0; c < classes; c++) {
        const error = (out[c] / total - (c === shape ? 1 : 0)) * weight[shape] * step
        b2[c] -= error
        for (let h = 0; h < HIDDEN; h++) {
          back[h] += error * w2[c * HIDDEN + h]
          w2[c * HIDDEN + h] -= error * hidden[h]
        }
      }
      for (let h = 0; h < HIDDEN; h++) {
        if (hidden[h] <= 0) continue
        b1[h] -= back[h]
        for (let i = 0, from = h * INPUTS; i < INPUTS; i++)
          w1[from + i] -= back[h] * row[i] + DECAY * w1[from + i]
      }
    }
    console.error(
      `epoch ${epoch + 1}: loss ${(loss / rows.length).toFixed(3)}, right ${((100 * right) / rows.length).toFixed(1)} %`,
    )
  }
  const all = new Float64Array(weightCount(INPUTS))
  for (let h = 0; h < HIDDEN; h++) {
    let offset = b1[h]
    for (let i = 0; i < INPUTS; i++) {
      all[h * INPUTS + i] = w1[h * INPUTS + i] / spread[i]
      offset -= (w1[h * INPUTS + i] * mean[i]) / spread[i]
    }
    all[HIDDEN * INPUTS + h] = offset
  }
  all.set(w2, HIDDEN * (INPUTS + 1))
  all.set(b2, HIDDEN * (INPUTS + 1) + classes * HIDDEN)
  return all
}

function written(name, weights) {
  const scale = weights.reduce((most, each) => Math.max(most, Math.abs(each)), 0) / 32767
  const bytes = Buffer.alloc(weights.length * 2)
  for (const [i, each] of weights.entries()) bytes.writeInt16LE(Math.round(each / scale), 2 * i)
  return `export const ${name} = {\n  scale: ${scale.toPrecision(8)},\n  base64:\n    '${bytes.toString('base64')}',\n}\n`
}

const clips = await withVoices(async ({ flite, espeak }) => {
  const all = []
  const manners = [{}, { emotion: 'excited' }, { emotion: 'sad' }, { speed: 1.2 }]
  let turn = 0
  const variants = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'f1', 'f2', 'f3', 'f5']
  const variant = () => variants[Math.floor(random() * variants.length)]
  for (const text of learnt.en) {
    for (const voice of ['slt', 'rms', 'kal16'])
      all.push(await speak(flite, text, 'en', voice, manners[turn++ % 4]))
    for (const accent of ['en-us', 'en'])
      all.push(await speak(espeak, text, 'en', `${accent}+${variant()}`, manners[turn++ % 4]))
  }
  for (const text of learnt.es)
    for (const accent of ['es', 'es-419', 'es'])
      all.push(await speak(espeak, text, 'es', `${accent}+${variant()}`, manners[turn++ % 4]))
  return all
})
console.error(
  `${clips.length} clips, ${(clips.reduce((sum, { samples, rate }) => sum + samples.length / rate, 0) / 60).toFixed(1)} min`,
)
const wide = train(examplesOf(clips, [16_000, 16_000]))
const narrow = train(examplesOf(clips, [8_000, 8_000]))
writeFileSync(
  new URL('../../packages/audio/src/viseme/ear-weights.ts', import.meta.url),
  `/** Learned by tools/visemes/train.mjs from the embedded voices; not written by hand. For \`weightsOf\`. */\n\n${written('wideWeights', wide)}\n/** For sound without anything above a telephone's band. */\n${written('narrowWeights', narrow)}`,
)
