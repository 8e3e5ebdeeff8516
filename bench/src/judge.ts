/**
 * The judge alone, offline: every labelled sound is heard by the ear as if it fell into a long answer of the agent, and
 * the rulings are counted. No words, no network, no echo; `bench:turns` scores the whole.
 *
 *   npx tsc -b bench && node bench/dist/judge.js [--set tune|hold-out] [--noise pink|office|babble --snr 10] [--claim ms] [--list] [--json]
 *
 * Times are from the labelled onset, media time. A sound at rest for 2 s comes first, and 2.5 s after it.
 */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { gateVoice, loadResampling, readWav } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import { createJudge, createVoiceEar, defaultTurnPolicy, type Ruling, turnWordsOf } from '@parley/core'
import { type SetName, setOfSpeaker, setOfTrap } from './turns/split.js'

interface Sound {
  readonly id: string
  readonly kind: 'interrupt' | 'backchannel' | 'noise'
  readonly file: string
  readonly onsetMs: number
  readonly set: SetName | undefined
}

interface Outcome {
  readonly sound: Sound
  readonly duckMs: number | undefined
  readonly holdMs: number | undefined
  readonly ruling: Ruling['ruling'] | 'unheard'
  readonly ruledMs: number | undefined
  readonly reasons: string
}

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'tune' },
    noise: { type: 'string' },
    snr: { type: 'string', default: '10' },
    claim: { type: 'string', default: String(defaultTurnPolicy.judge.claimMs) },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const RATE = 16_000
const BEFORE_MS = 2_000
const AFTER_MS = 2_500
const FRAME = RATE / 50
const fixtures = new URL('../../fixtures/audio/', import.meta.url)
const activity = await loadVoiceActivity()
const resampling = await loadResampling()
const outcomes = soundsOf().flatMap(sound => (sound.set === values.set ? [hear(sound)] : []))
if (values.json) console.log(JSON.stringify(outcomes))
else print()

function soundsOf(): Sound[] {
  const read = (file: string) => JSON.parse(readFileSync(new URL(file, fixtures), 'utf8'))
  const all = read('labels.json')
  const kindOf = (kind: string) =>
    kind === 'backchannel' ? 'backchannel' : kind === 'noise' ? 'noise' : 'interrupt'
  return [
    ...[...all.clips, ...read('turns/labels.json').clips].map(
      (clip: { id: string; kind: string; file: string; onset_ms: number; speaker: string }): Sound => ({
        id: clip.id,
        kind: kindOf(clip.kind),
        file: clip.file,
        onsetMs: clip.onset_ms,
        set: setOfSpeaker(clip.speaker),
      }),
    ),
    ...all.traps.map(
      ({ id, file }: { id: string; file: string }): Sound => ({
        id,
        kind: 'noise',
        file,
        onsetMs: 0,
        set: setOfTrap(id),
      }),
    ),
  ]
}

function hear(sound: Sound): Outcome {
  const samples = mixed(load(sound.file))
  const detector = activity.open(RATE)
  const ear = createVoiceEar(gateVoice(detector))
  const judge = createJudge(
    { ...defaultTurnPolicy.judge, wordsMs: 0, claimMs: Number(values.claim) },
    turnWordsOf('en'),
  )
  let duckMs: number | undefined
  let holdMs: number | undefined
  let last: Ruling | undefined
  let ruledMs: number | undefined
  let under = false
  let sure = false
  const fromMs = BEFORE_MS + sound.onsetMs
  for (let at = 0; at + FRAME <= samples.length && last?.ruling !== 'claim'; at += FRAME) {
    const atMs = (at * 1000) / RATE
    const nowMs = atMs + 20 - fromMs
    const take = (ruling: Ruling | undefined) => {
      if (ruling === undefined) return
      if (ruling.ruling === 'hold') holdMs ??= nowMs
      else {
        last = ruling
        ruledMs = nowMs
      }
    }
    const evidence = ear.hear({ samples: samples.subarray(at, at + FRAME), rate: RATE, atMs })
    if (!under && (evidence?.kind === 'onset' || evidence?.kind === 'speech-start')) {
      under = true
      // A duck long before the sound is the noise's, not the sound's.
      if (nowMs > -100) duckMs ??= nowMs
      judge.begin({ atMs: evidence.atMs, heardMs: 3_000, leftMs: 9_000, bargeIn: 'any' })
    }
    if (evidence?.kind === 'speech-start') sure = true
    if (evidence?.kind === 'speech-end') sure = false
    if (under) take(judge.hear(ear.cues, sure))
    else judge.learn(ear.cues)
    if (evidence?.kind === 'speech-end' && under) {
      under = false
      take(judge.end(evidence.atMs))
    }
    if (evidence?.kind === 'onset-lost') under = false
  }
  detector.close()
  const reasons = last?.reasons.map(({ kind, value, text }) => `${kind} ${text ?? value ?? ''}`).join(', ')
  return { sound, duckMs, holdMs, ruling: last?.ruling ?? 'unheard', ruledMs, reasons: reasons ?? '' }
}

function load(file: string): Int16Array {
  const { samples, sampleRate } = readWav(readFileSync(new URL(file, fixtures)))
  if (sampleRate === RATE) return samples
  const resampler = resampling.create({ fromRate: sampleRate, toRate: RATE })
  const out = resampler.process(samples).slice()
  resampler.close()
  return out
}

/** The sound with silence, or the noise bed at the wanted distance, around it. */
function mixed(sound: Int16Array): Int16Array {
  const before = (BEFORE_MS * RATE) / 1000
  const out = new Int16Array(before + sound.length + (AFTER_MS * RATE) / 1000)
  out.set(sound, before)
  if (values.noise === undefined) return out
  const bed = load(`noise/${values.noise}.wav`)
  // Speech and beds stand at the same level.
  const gain = 10 ** (-Number(values.snr) / 20)
  for (let i = 0; i < out.length; i++) {
    const sum = (out[i] as number) + gain * (bed[i % bed.length] as number)
    out[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)))
  }
  return out
}

function quantile(numbers: readonly (number | undefined)[], share: number): string {
  const sorted = numbers.filter(value => value !== undefined).sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  return value === undefined ? '–' : `${value.toFixed(0)} ms`
}

function print(): void {
  console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}; set ${values.set}`)
  for (const kind of ['interrupt', 'backchannel', 'noise'] as const) {
    const of = outcomes.filter(({ sound }) => sound.kind === kind)
    const share = (fits: (outcome: Outcome) => boolean) => `${of.filter(fits).length}/${of.length}`
    const ducks = of.map(({ duckMs }) => duckMs)
    const holds = of.map(({ holdMs }) => holdMs)
    console.log(
      `${kind.padEnd(12)} claimed ${share(({ ruling }) => ruling === 'claim')}, held ${share(({ holdMs }) => holdMs !== undefined)}, ducked ${share(({ duckMs }) => duckMs !== undefined)}; duck p50 ${quantile(ducks, 0.5)} p95 ${quantile(ducks, 0.95)}; hold p50 ${quantile(holds, 0.5)} p95 ${quantile(holds, 0.95)}`,
    )
  }
  if (!values.list) return
  for (const { sound, duckMs, holdMs, ruling, ruledMs, reasons } of outcomes)
    console.log(
      `${sound.kind.padEnd(12)} ${sound.id.padEnd(34)} duck ${duckMs ?? '–'}\thold ${holdMs ?? '–'}\t${ruling} ${ruledMs ?? ''}\t${reasons}`,
    )
}
