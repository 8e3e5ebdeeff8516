// How often shapes from sound, and from words, agree with those of a voice's own phones: node tools/visemes/measure.mjs
// Voices and sentences that train.mjs does not use, 10 ms frames, the voice's rests at both ends included.
import { createVisemeEar, loadResampling, visemesOfWords } from '../../packages/audio/dist/index.js'
import { measured } from './sentences.mjs'
import { speak, withVoices } from './spoken-clips.mjs'

const group = {
  sil: 0,
  PP: 0,
  FF: 1,
  TH: 1,
  DD: 1,
  kk: 1,
  CH: 1,
  SS: 1,
  nn: 1,
  RR: 1,
  aa: 2,
  E: 3,
  I: 3,
  O: 4,
  U: 4,
}
const open = {
  sil: 0,
  PP: 0,
  FF: 0.15,
  TH: 0.2,
  DD: 0.25,
  kk: 0.3,
  CH: 0.25,
  SS: 0.15,
  nn: 0.25,
  RR: 0.35,
  aa: 1,
  E: 0.7,
  I: 0.45,
  O: 0.75,
  U: 0.4,
}

const resampling = await loadResampling()
function resampled(clip, rate) {
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

function heard(clip, rate) {
  const cues = []
  const ear = createVisemeEar({
    rate,
    told: (viseme, startMs, endMs) => cues.push({ viseme, startMs, endMs }),
  })
  const samples = resampled(clip, rate)
  for (let at = 0; at < samples.length; at += rate / 50) ear.hear(samples.subarray(at, at + rate / 50))
  ear.end()
  return cues
}

function track(cues, totalMs) {
  const shapes = []
  let next = 0
  for (let ms = 5; ms < totalMs; ms += 10) {
    while (cues[next] !== undefined && cues[next].endMs <= ms) next++
    shapes.push(cues[next] !== undefined && cues[next].startMs <= ms ? cues[next].viseme : 'sil')
  }
  return shapes
}

function correlation(one, other) {
  const mean = all => all.reduce((sum, each) => sum + each, 0) / all.length
  const [a, b] = [mean(one), mean(other)]
  let ab = 0
  let aa = 0
  let bb = 0
  for (const [i, each] of one.entries()) {
    ab += (each - a) * (other[i] - b)
    aa += (each - a) ** 2
    bb += (other[i] - b) ** 2
  }
  return ab / Math.sqrt(aa * bb)
}

function score(name, pairs) {
  const all = pairs.flatMap(({ truth, guess }) => truth.map((each, i) => [each, guess[i] ?? 'sil']))
  const share = test => (100 * all.filter(test).length) / all.length
  const counts = new Map()
  for (const [truth] of all) counts.set(group[truth], (counts.get(group[truth]) ?? 0) + 1)
  const chance = (100 * Math.max(...counts.values())) / all.length
  const r = correlation(
    all.map(([truth]) => open[truth]),
    all.map(([, guess]) => open[guess]),
  )
  console.log(
    name.padEnd(34),
    `15 shapes ${share(([a, b]) => a === b).toFixed(1)} %`,
    ` 5 groups ${share(([a, b]) => group[a] === group[b]).toFixed(1)} % (the commonest alone ${chance.toFixed(1)} %)`,
    ` openness r ${r.toFixed(2)}`,
  )
}

function loudness(clip) {
  const hop = clip.rate / 100
  const levels = []
  for (let at = 0; at + hop <= clip.samples.length; at += hop) {
    let sum = 0
    for (const sample of clip.samples.subarray(at, at + hop)) sum += sample * sample
    levels.push(Math.max(-45, 10 * Math.log10(sum / hop / 32768 ** 2 + 1e-9)))
  }
  return levels
}

const sets = [
  ['flite awb, a voice never heard', 'flite', 'awb', 'en'],
  ['flite slt, sentences never heard', 'flite', 'slt', 'en'],
  ['espeak-ng en-us+f4, never heard', 'espeak', 'en-us+f4', 'en'],
  ['espeak-ng es-419+m7, never heard', 'espeak', 'es-419+m7', 'es'],
]
await withVoices(async voices => {
  for (const [name, tts, voice, language] of sets) {
    const clips = []
    for (const text of measured[language]) clips.push(await speak(voices[tts], text, language, voice))
    const lengthMs = clip => (clip.samples.length * 1000) / clip.rate
    for (const rate of [16_000, 24_000, 8_000])
      score(
        `${name}, ${rate / 1000} kHz`,
        clips.map(clip => ({
          truth: track(clip.cues, lengthMs(clip)),
          guess: track(heard(clip, rate), lengthMs(clip)),
        })),
      )
    const truths = clips.flatMap(clip =>
      track(clip.cues, lengthMs(clip))
        .slice(0, loudness(clip).length)
        .map(each => open[each]),
    )
    console.log(
      `  by loudness alone: openness r ${correlation(truths, clips.flatMap(loudness).slice(0, truths.length)).toFixed(2)}`,
    )
    score(
      '  from its words',
      clips.map(clip => ({
        truth: track(clip.cues, lengthMs(clip)),
        guess: track(visemesOfWords(clip.words, language), lengthMs(clip)),
      })),
    )
  }
})
