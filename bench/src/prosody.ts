/**
 * How right, how dear and how late the pitch of live prosody is, beside Praat, aubio and the pitch libraries of npm:
 * on generated signals with exact truth, and on human speech with Praat as the reference. docs/prosody-accuracy.md says
 * what each figure means.
 *
 *   npm run bench:prosody -- [--seed 1] [--groups] [--json]
 *
 * `--groups` lists every kind of signal for every contender. What is not installed is said and left out.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { loadFastFourier, loadResampling } from '@parley/audio'
import { type Contender, gatherField } from './prosody/contenders.js'
import { type BenchRate, convert, convertSignal } from './prosody/convert.js'
import { measureCosts, measureDelay } from './prosody/cost.js'
import type { ExactSignal } from './prosody/exact-signal.js'
import { hasPraat, type Sound, trackWithPraat } from './prosody/praat.js'
import {
  type Counts,
  countErrors,
  exactTruth,
  noCounts,
  type Score,
  scoreOf,
  type Track,
} from './prosody/score.js'
import { exactSignals, reportedSeed } from './prosody/signals.js'
import { humanSpeech, truthOfTrack } from './prosody/speech.js'
import { align, scoreTable } from './prosody/table.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(reportedSeed) },
    groups: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const say = (text: string): void => {
  if (!values.json) console.log(text)
}
const command = ['npm run bench:prosody --', ...process.argv.slice(2)].join(' ')
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`
const resampling = await loadResampling()
const fourier = await loadFastFourier()
const { contenders, npm, missing } = await gatherField(fourier)

say(`${command}\n${machine}, load ${loadavg()[0]?.toFixed(1)}\n`)
for (const what of missing) say(`Not there, and left out: ${what}.`)

const signals = exactSignals(Number(values.seed))
const exact = Object.fromEntries(
  ([16_000, 8000, 24_000, 48_000] as const).map(rate => [rate, scoreExact(rate)]),
)
const speech = scoreSpeech()
const example = convertSignal(
  signals.find(({ group }) => group === 'voiced and unvoiced') as ExactSignal,
  16_000,
  resampling,
)
const costs = measureCosts(example, fourier, npm)
const delays = (['fast', 'accurate'] as const).map(manner => ({
  manner,
  ms: measureDelay(example, 16_000, manner),
}))
printCosts()
if (values.json) console.log(JSON.stringify({ command, machine, missing, exact, speech, costs, delays }))

/** Everybody's scores at one rate, in all and by kind of signal. 24 and 48 kHz come to the others at 16. */
function scoreExact(rate: BenchRate): Record<string, Record<string, Score>> {
  const wire = signals.map(signal => convertSignal(signal, rate, resampling))
  const near = rate > 16_000 ? 16_000 : rate
  const sounds = wire.map(samples => ({ samples: convert(samples, rate, near, resampling), rate: near }))
  const scores: Record<string, Record<string, Score>> = {}
  const field = rate > 16_000 ? contenders.filter(({ name }) => name.startsWith('ours')) : contenders
  for (const contender of field) scores[contender.name] = scoresOf(contender.track(sounds))
  if (rate > 16_000 && hasPraat()) {
    scores.Praat = scoresOf(
      trackWithPraat(
        wire.map(samples => ({ samples, rate })),
        8,
      ).tracks,
    )
  }
  printExact(rate, scores)
  return scores
}

function scoresOf(tracks: readonly Track[]): Record<string, Score> {
  const counts: Record<string, Counts> = { all: noCounts() }
  tracks.forEach((track, i) => {
    const { group, truth } = signals[i] as ExactSignal
    counts[group] ??= noCounts()
    for (const into of ['all', group]) countErrors(counts[into] as Counts, track, exactTruth(truth))
  })
  return Object.fromEntries(Object.entries(counts).map(([group, counted]) => [group, scoreOf(counted)]))
}

function printExact(rate: number, scores: Record<string, Record<string, Score>>): void {
  const lines = Object.entries(scores).map(([name, byGroup]) => ({ name, score: byGroup.all as Score }))
  say(`\nExact truth, ${rate} Hz, ${signals.length} signals, seed ${values.seed}\n\n${scoreTable(lines)}`)
  if (rate > 16_000) return
  const names = Object.keys(scores)
  const groups = Object.keys(scores[names[0] as string] ?? {})
  const rows = groups.map(group => [group, ...names.map(name => scores[name]?.[group]?.ffe.toFixed(1) ?? '')])
  say(`\nFFE % by kind of signal, ${rate} Hz\n\n${align([['', ...names], ...rows])}`)
  if (!values.groups) return
  for (const name of names) {
    const each = Object.entries(scores[name] ?? {}).map(([group, score]) => ({ name: group, score }))
    say(`\n${name}, ${rate} Hz\n\n${scoreTable(each)}`)
  }
}

/** Against Praat every 4 ms, 8 and 16 kHz together. */
function scoreSpeech(): Record<string, Score> | undefined {
  if (!hasPraat()) return undefined
  const sounds = humanSpeech(resampling)
  const byRate = [8000, 16_000].map(rate => sounds.filter(sound => sound.rate === rate))
  const references = byRate.map(some => trackWithPraat(some, 4).tracks)
  const others = contenders.filter(({ name }) => name !== 'Praat')
  const lines = others.map(contender => ({
    name: contender.name,
    score: againstPraat(contender, byRate, references),
  }))
  const minutes = sounds.reduce((sum, { samples, rate }) => sum + samples.length / rate / 60, 0)
  say(
    `\nHuman speech against Praat, ${sounds.length} clips, ${minutes.toFixed(1)} min\n\n${scoreTable(lines)}`,
  )
  return Object.fromEntries(lines.map(({ name, score }) => [name, score]))
}

function againstPraat(
  contender: Contender,
  byRate: readonly (readonly Sound[])[],
  references: readonly (readonly Track[])[],
): Score {
  const counts = noCounts()
  byRate.forEach((sounds, rate) => {
    contender.track(sounds).forEach((track, i) => {
      countErrors(counts, track, truthOfTrack(references[rate]?.[i] as Track))
    })
  })
  return scoreOf(counts)
}

function printCosts(): void {
  const measure = costs.find(({ name }) => name === 'pitchy')?.frameUs
  const rows = costs.map(({ name, frameUs }) => [
    name,
    frameUs.toFixed(1),
    measure === undefined ? '' : (frameUs / measure).toFixed(2),
  ])
  say(`\nCost of 1024 samples, 512 after the last\n\n${align([['', 'µs', 'of a pitchy call'], ...rows])}`)
  for (const { manner, ms } of delays)
    say(`Told ${ms.toFixed(1)} ms past the middle of the window (${manner}).`)
}
