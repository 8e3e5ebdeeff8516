/** What the ear makes of each labelled turn, kept to be decided on again and again. */

import { gateVoice, type VoiceDetector } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import { type Cues, createVoiceEar, type Evidence } from '@parley/core'
import { add, addBed, type Bed, load, powerOf, rateOf, toPcm } from '../ear/sounds.js'
import type { LabelledTurn } from './turns.js'

export interface HeardFrame {
  readonly endMs: number
  readonly evidence: Evidence | undefined
  readonly cues: Cues
}

export interface HeardTurn {
  readonly turn: LabelledTurn
  /** Media time, ms: the turn's own plus the quiet before it. */
  readonly speech: readonly (readonly [number, number])[]
  readonly frames: readonly HeardFrame[]
}

export interface Conditions {
  /** Silence after which the ear tells of an end, ms. */
  readonly hangoverMs: number
  readonly bed: Bed | undefined
  readonly snrDb: number
}

const beforeMs = 600
const afterMs = 2_500
const frameMs = 20
const activity = await loadVoiceActivity()

export function listen(turn: LabelledTurn, conditions: Conditions): HeardTurn {
  const detector = gateVoice(activity.open(rateOf(turn.sr)))
  try {
    return hearAll(turn, detector, conditions)
  } finally {
    detector.close()
  }
}

function hearAll(
  turn: LabelledTurn,
  detector: VoiceDetector,
  { hangoverMs, bed, snrDb }: Conditions,
): HeardTurn {
  const { rate } = detector
  const ear = createVoiceEar(detector, { hangoverMs })
  const [fromMs, toMs] = [(turn.speech[0]?.[0] ?? 0) - 50, (turn.speech.at(-1)?.[1] ?? 0) + 50]
  const samples = load(turn.file, rate).subarray(Math.max(0, (fromMs * rate) / 1000), (toMs * rate) / 1000)
  const shiftMs = beforeMs - Math.max(0, fromMs)
  const line = new Float64Array(samples.length + ((beforeMs + afterMs) * rate) / 1000)
  add(line, samples, (beforeMs * rate) / 1000)
  if (bed !== undefined) addBed(line, { bed, rate, power: powerOf(samples) * 10 ** (-snrDb / 10) })
  const sound = toPcm(line)
  const size = (rate * frameMs) / 1000
  const frames: HeardFrame[] = []
  for (let at = 0; at + size <= sound.length; at += size) {
    const atMs = (at * 1000) / rate
    const evidence = ear.hear({ samples: sound.subarray(at, at + size), rate, atMs })
    frames.push({ endMs: atMs + frameMs, evidence, cues: { ...ear.cues } })
  }
  return {
    turn,
    frames,
    speech: turn.speech.map(([start, end]) => [start + shiftMs, end + shiftMs] as const),
  }
}
