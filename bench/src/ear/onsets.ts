/**
 * How soon the ear says that a voice may have begun: from the arrival of the 20 ms frame that holds the labelled onset
 * to the arrival of the frame with the first `onset` or `speech-start`. And how often it says so for nothing.
 */

import { gateVoice, type VoiceActivity } from '@parley/audio'
import { createVoiceEar, type Evidence } from '@parley/core'
import {
  add,
  addBed,
  type Bed,
  beds,
  clipsOf,
  load,
  quantile,
  rateOf,
  type Side,
  type Sound,
  speechPower,
  toPcm,
  trapsOf,
} from './sounds.js'

/** Evidence with the media time at which its frame had arrived. */
export interface Said {
  readonly evidence: Evidence
  readonly atMs: number
}

const frameMs = 20
const leadMs = 1500
/** Frames begin anywhere in a word: every clip is heard at these shifts, in ms. */
const shiftsMs = [0, 7, 13]

export function listen(activity: VoiceActivity, { samples, rate }: Sound): Said[] {
  const detector = gateVoice(activity.open(rate))
  const ear = createVoiceEar(detector)
  const size = (rate * frameMs) / 1000
  const said: Said[] = []
  for (let frame = 0; (frame + 1) * size <= samples.length; frame++) {
    const part = samples.subarray(frame * size, (frame + 1) * size)
    const evidence = ear.hear({ samples: part, rate, atMs: frame * frameMs })
    if (evidence !== undefined) said.push({ evidence, atMs: (frame + 1) * frameMs })
  }
  detector.close()
  return said
}

export interface Condition {
  readonly bed: Bed | undefined
  readonly snrDb: number
}

export const conditions: readonly Condition[] = [
  { bed: undefined, snrDb: Number.POSITIVE_INFINITY },
  ...[20, 10, 5].flatMap(snrDb => beds.map(bed => ({ bed, snrDb }))),
]

export function measureDelays(
  activity: VoiceActivity,
  side: Side,
  { bed, snrDb }: Condition,
  verbose = false,
) {
  const delays: number[] = []
  const starts: number[] = []
  let already = 0
  let missed = 0
  let lostFirst = 0
  let heardMs = 0
  let falseOnsets = 0
  clipsOf(side).forEach((clip, index) => {
    const rate = rateOf(clip.sr)
    const samples = load(clip.file, rate)
    for (const shiftMs of shiftsMs) {
      const line = new Float64Array(samples.length + 2 * rate)
      const at = Math.round(((leadMs + shiftMs) * rate) / 1000)
      add(line, samples, at)
      if (bed !== undefined) {
        const power = speechPower(clip, { samples, rate }) / 10 ** (snrDb / 10)
        addBed(line, { bed, rate, power, from: index * 1237 * (rate / 1000) })
      }
      const said = listen(activity, { samples: toPcm(line), rate })
      const onsetMs = (at * 1000) / rate + (clip.segments[0]?.[0] ?? 0)
      const arrivedMs = Math.ceil((onsetMs + 0.001) / frameMs) * frameMs
      const before = said.filter(({ atMs }) => atMs < onsetMs - 100)
      heardMs += onsetMs - 100
      falseOnsets += before.filter(({ evidence: { kind } }) => kind === 'onset').length
      if (voiceUnderWay(before)) {
        already++
        continue
      }
      const after = said.filter(({ atMs }) => atMs >= onsetMs - 100 && atMs < arrivedMs + 1000)
      const first = after.find(({ evidence: { kind } }) => kind === 'onset' || kind === 'speech-start')
      const start = after.find(({ evidence: { kind } }) => kind === 'speech-start')
      if (first === undefined) missed++
      else {
        const delay = Math.max(0, first.atMs - arrivedMs)
        delays.push(delay)
        if (first.evidence.kind === 'onset') {
          const next = after[after.indexOf(first) + 1]
          if (next?.evidence.kind === 'onset-lost') lostFirst++
        }
        if (verbose && delay > 40) console.log('  late', clip.id, delay, start && start.atMs - arrivedMs)
      }
      if (start !== undefined) starts.push(Math.max(0, start.atMs - arrivedMs))
    }
  })
  return {
    side,
    condition: bed === undefined ? 'clean' : `${bed} ${snrDb} dB`,
    onsets: delays.length,
    already,
    missed,
    p50: quantile(delays, 0.5),
    p90: quantile(delays, 0.9),
    p95: quantile(delays, 0.95),
    startP50: quantile(starts, 0.5),
    startP95: quantile(starts, 0.95),
    lostFirst,
    falsePerMin: round((falseOnsets / heardMs) * 60_000),
  }
}

function voiceUnderWay(said: readonly Said[]): boolean {
  const kind = said.at(-1)?.evidence.kind
  return kind === 'speech-start' || kind === 'onset'
}

/** Noise without any caller, as loud as in a mixture with speech at −24 dBFS. */
export function measureNoise(activity: VoiceActivity, bed: Bed, levelDb: number) {
  const rate = 16000
  const seconds = 60
  const line = new Float64Array(seconds * rate)
  addBed(line, { bed, rate, power: 32_768 ** 2 * 10 ** (levelDb / 10) })
  return {
    sound: `${bed} at ${levelDb} dBFS`,
    ...falseOnsets(listen(activity, { samples: toPcm(line), rate }), seconds),
  }
}

/** Every trap after two seconds of what lies under it, three times over. */
export function measureTraps(activity: VoiceActivity, side: Side, bed: Bed | undefined, verbose = false) {
  const rate = 16000
  const total = { onsets: 0, starts: 0, duckedMs: 0, seconds: 0, traps: 0 }
  for (const { id, file } of trapsOf(side)) {
    const samples = load(file, rate)
    const line = new Float64Array(3 * (samples.length + 2 * rate) + rate)
    for (let turn = 0; turn < 3; turn++) add(line, samples, 2 * rate + turn * (samples.length + 2 * rate))
    if (bed !== undefined) addBed(line, { bed, rate, power: 32_768 ** 2 * 10 ** (-50 / 10) })
    const seconds = line.length / rate
    const result = falseOnsets(listen(activity, { samples: toPcm(line), rate }), seconds)
    if (verbose) console.log('  ', id, result)
    total.traps += 3
    total.onsets += result.onsets
    total.starts += result.starts
    total.duckedMs += result.duckedMs
    total.seconds += seconds
  }
  return {
    sound: `traps, ${side}, ${bed ?? 'silence'}`,
    ...total,
    seconds: round(total.seconds),
    perMin: round((60 * total.onsets) / total.seconds),
  }
}

function falseOnsets(said: readonly Said[], seconds: number) {
  let onsets = 0
  let starts = 0
  let duckedMs = 0
  said.forEach(({ evidence: { kind }, atMs }, index) => {
    if (kind === 'speech-start') starts++
    if (kind !== 'onset') return
    onsets++
    duckedMs += (said[index + 1]?.atMs ?? seconds * 1000) - atMs
  })
  return { onsets, starts, duckedMs, seconds, perMin: round((60 * onsets) / seconds) }
}

const round = (value: number): number => Math.round(value * 10) / 10
