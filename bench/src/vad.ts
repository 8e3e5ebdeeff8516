/**
 * Cost and quality of hearing voice: the kernel alone, the ear per 20 ms frame, and what it makes of the labelled
 * recordings.
 *
 *   npx tsc -b bench && node bench/dist/vad.js [--json]
 *
 * Cost: wall time of single calls over human speech after a warm-up. "of many" takes the next of 500 sessions for
 * every call, so that nothing of a session is in the nearest cache. Onset delay: from the labelled onset to the end
 * of the 20 ms frame in which `speech-start` is returned, for onsets after 300 ms without speech; clips have a second
 * of silence put in front. The end error is that of
 * `speech-end.atMs`. A false start touches no labelled voice; missed speech is touched by no start.
 */
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { gateVoice, loadResampling, readWav, type VoiceDetector, type VoiceRate } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import { createVoiceEar, type Evidence } from '@parley/core'

interface Sound {
  readonly samples: Int16Array
  readonly rate: VoiceRate
}

interface Stretch {
  readonly type: string
  readonly start_ms: number
  readonly end_ms: number
}

interface Labels {
  readonly clips: readonly { readonly file: string; readonly segments: readonly [number, number][] }[]
  readonly traps: readonly { readonly file: string; readonly expect: string }[]
  readonly conv: readonly {
    readonly file: string
    readonly id: string
    readonly set: string
    readonly snr_db: number | null
    readonly segments: readonly Stretch[]
  }[]
}

/** A stretch the ear took for speech, and the media time at which it said so. */
interface Heard {
  readonly startMs: number
  readonly saidMs: number
  endMs: number
}

interface Quality {
  readonly set: string
  readonly delaysMs: number[]
  readonly endErrorsMs: number[]
  onsets: number
  /** Onsets at which the ear was already hearing voice (babble, the phrase before), which have no delay. */
  alreadyVoiced: number
  missed: number
  falseStarts: number
  windows: number
  coasted: number
}

const fixtures = new URL('../../fixtures/audio/', import.meta.url)
const labels: Labels = JSON.parse(readFileSync(new URL('labels.json', fixtures), 'utf8'))
const activity = await loadVoiceActivity()
const resampling = await loadResampling()
const frameMs = 20
const quietBeforeMs = 300

const costs = ([16000, 8000] as const).flatMap(rate => measureCosts(rate))
const quality = measureQuality()
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ machine: machine(), memory: memory(), costs, quality }))
else print()

function measureCosts(rate: VoiceRate) {
  const sound = load(rate === 16000 ? 'clips/jfk.wav' : 'conv/dev-vad-en8-ulaw.wav')
  const size = rate === 16000 ? 512 : 256
  const window = sliceOf(sound, size)
  const one = activity.open(rate)
  const many = Array.from({ length: 500 }, () => activity.open(rate))
  const frame = sliceOf(sound, rate / 50)
  const [ear, gatedEar] = [
    createVoiceEar(activity.open(rate)),
    createVoiceEar(gateVoice(activity.open(rate))),
  ]
  const hear = (listener: typeof ear) => (call: number) =>
    listener.hear({ samples: frame(call), rate, atMs: call * frameMs })
  const silence = new Int16Array(rate / 50)
  const idle = createVoiceEar(gateVoice(activity.open(rate)))
  const results = [
    timed(rate, 'window', call => one.process(window(call))),
    timed(rate, 'window of many', call => many[call % many.length]?.process(window(call))),
    timed(rate, 'window coasted', call => one.coast(window(call))),
    timed(rate, '20 ms frame, ear', hear(ear)),
    timed(rate, '20 ms frame, gated ear', hear(gatedEar)),
    timed(rate, '20 ms frame, gated ear, digital silence', call =>
      idle.hear({ samples: silence, rate, atMs: call * frameMs }),
    ),
  ]
  for (const each of [one, ...many]) each.close()
  return results
}

function sliceOf({ samples }: Sound, size: number): (call: number) => Int16Array {
  const slices = Array.from({ length: Math.floor(samples.length / size) }, (_, i) =>
    samples.slice(i * size, (i + 1) * size),
  )
  return call => slices[call % slices.length] as Int16Array
}

function timed(rate: VoiceRate, what: string, run: (call: number) => unknown) {
  const warmUp = 3000
  const times: number[] = []
  for (let call = 0; call < warmUp; call++) run(call)
  for (let call = warmUp; call < warmUp + 20_000; call++) {
    const before = process.hrtime.bigint()
    run(call)
    times.push(Number(process.hrtime.bigint() - before) / 1000)
  }
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  return {
    rate,
    what,
    medianUs: round(quantile(times, 0.5)),
    p95Us: round(quantile(times, 0.95)),
    meanUs: round(mean),
  }
}

function measureQuality() {
  const clips = emptyQuality('clips, clean')
  for (const { file, segments } of labels.clips) {
    const sound = withSilence(load(file))
    judge(
      clips,
      sound,
      segments.map(([start, end]) => [start + 1000, end + 1000] as const),
    )
  }
  const traps = emptyQuality('traps that are no voice')
  for (const { file, expect } of labels.traps)
    if (expect === 'no_vad') judge(traps, withSilence(load(file)), [])
  const conversations = labels.conv.map(({ file, id, snr_db, segments }) => {
    const result = emptyQuality(snr_db === null ? id : `${id} (${snr_db} dB)`)
    const speech = segments.filter(({ type }) => type !== 'trap')
    judge(
      result,
      load(file),
      speech.map(stretch => [stretch.start_ms, stretch.end_ms] as const),
    )
    return result
  })
  return [clips, traps, ...conversations].map(summary)
}

function judge(into: Quality, sound: Sound, speech: readonly (readonly [number, number])[]): void {
  const detector = gateVoice(activity.open(sound.rate))
  const heard = listen(detector, sound)
  detector.close()
  into.windows += detector.windows
  into.coasted += detector.skipped
  const touches = ([start, end]: readonly [number, number]) =>
    heard.filter(({ startMs, endMs }) => startMs < end && endMs > start)
  into.missed += speech.filter(stretch => touches(stretch).length === 0).length
  into.falseStarts += heard.filter(
    ({ startMs, endMs }) => !speech.some(([start, end]) => startMs < end + 100 && endMs > start - 100),
  ).length
  speech.forEach((stretch, index) => {
    const [start, end] = stretch
    const quietMs = start - Math.max(0, ...speech.slice(0, index).map(([, previousEnd]) => previousEnd))
    const first = touches(stretch)[0]
    if (first === undefined) return
    if (quietMs >= quietBeforeMs) {
      into.onsets++
      if (first.saidMs > start) into.delaysMs.push(first.saidMs - start)
      else into.alreadyVoiced++
    }
    const next = speech[index + 1]?.[0] ?? Number.POSITIVE_INFINITY
    const last = touches(stretch).at(-1)
    if (next - end >= quietBeforeMs && last !== undefined && last.endMs < next)
      into.endErrorsMs.push(last.endMs - end)
  })
}

/** Runs the ear over a sound and a second of silence. */
function listen(detector: VoiceDetector, { samples, rate }: Sound): Heard[] {
  const ear = createVoiceEar(detector)
  const size = (rate * frameMs) / 1000
  const silence = new Int16Array(size)
  const heard: Heard[] = []
  const frames = Math.floor(samples.length / size)
  for (let frame = 0; frame < frames + 50; frame++) {
    const part = frame < frames ? samples.subarray(frame * size, (frame + 1) * size) : silence
    note(heard, ear.hear({ samples: part, rate, atMs: frame * frameMs }), (frame + 1) * frameMs)
  }
  return heard
}

function note(heard: Heard[], evidence: Evidence | undefined, saidMs: number): void {
  if (evidence?.kind === 'speech-start') {
    heard.push({ startMs: evidence.atMs, saidMs, endMs: Number.POSITIVE_INFINITY })
  }
  const last = heard.at(-1)
  if (evidence?.kind === 'speech-end' && last !== undefined) last.endMs = evidence.atMs
}

function emptyQuality(set: string): Quality {
  return {
    set,
    delaysMs: [],
    endErrorsMs: [],
    onsets: 0,
    alreadyVoiced: 0,
    missed: 0,
    falseStarts: 0,
    windows: 0,
    coasted: 0,
  }
}

function summary(quality: Quality) {
  const { set, delaysMs, endErrorsMs, onsets, alreadyVoiced, missed, falseStarts, windows, coasted } = quality
  return {
    set,
    onsets,
    alreadyVoiced,
    delayP50Ms: round(quantile(delaysMs, 0.5)),
    delayP90Ms: round(quantile(delaysMs, 0.9)),
    endErrorP50Ms: round(quantile(endErrorsMs, 0.5)),
    endErrorP90Ms: round(quantile(endErrorsMs, 0.9)),
    missed,
    falseStarts,
    coastedPercent: round((100 * coasted) / windows),
  }
}

function load(file: string): Sound {
  const { samples, sampleRate } = readWav(readFileSync(new URL(file, fixtures)))
  if (sampleRate === 8000 || sampleRate === 16000) return { samples, rate: sampleRate }
  const resampler = resampling.create({ fromRate: sampleRate, toRate: 16000 })
  const resampled = resampler.process(samples).slice()
  resampler.close()
  return { samples: resampled, rate: 16000 }
}

function withSilence({ samples, rate }: Sound): Sound {
  const longer = new Int16Array(samples.length + rate)
  longer.set(samples, rate)
  return { samples: longer, rate }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function machine(): string {
  const processors = cpus()
  return `${processors.length} × ${processors[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`
}

function memory() {
  return { stateBytes: activity.stateBytes, sharedBytes: activity.memoryBytes }
}

function print(): void {
  console.log(`${machine()}\nnode bench/dist/vad.js`)
  console.log(
    `${memory().stateBytes} bytes of state a session; ${memory().sharedBytes} bytes shared, weights included`,
  )
  console.table(costs)
  console.table(quality)
}
