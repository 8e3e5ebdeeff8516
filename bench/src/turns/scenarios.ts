/**
 * The calls of the score: which sound over which background, when, and what the agent should do. Drawn with a seed from
 * the clips of one set, so that a run can be repeated.
 */
import { type Clip, type Library, type SoundKind, stretchPauses } from './clip.js'
import type { SetName } from './split.js'

export type Scenario = Exclude<SoundKind, 'turn'> | 'noise' | 'echo' | 'pauses' | 'long-pauses'

export const scenarioNames: readonly Scenario[] = [
  'interrupt',
  'backchannel',
  'laugh',
  'cough',
  'exclamation',
  'thing',
  'noise',
  'echo',
  'pauses',
  'long-pauses',
]

/** A background: SNR against speech at its level. */
export interface Background {
  readonly bed: string
  readonly snrDb: number
}

/** The caller makes a sound while the agent speaks. */
export interface OverlapCase {
  readonly kind: 'overlap'
  readonly id: string
  readonly scenario: Scenario
  /** Whether the agent should stop. */
  readonly stop: boolean
  /** Absent where the echo alone is the sound. */
  readonly clip: Clip | undefined
  /** Where the onset stands, ms after the agent was first heard. */
  readonly onsetMs: number
  readonly background: Background | undefined
  /** The agent's own voice comes back with this gain, dB. */
  readonly echoDb: number | undefined
}

/** The caller speaks a turn while the agent is silent. */
export interface TurnCase {
  readonly kind: 'turn'
  readonly id: string
  readonly scenario: Scenario
  readonly clip: Clip
  readonly background: Background | undefined
}

export type Case = OverlapCase | TurnCase

export interface DrawOptions {
  readonly library: Library
  readonly set: SetName
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly only?: readonly Scenario[]
}

const beds = ['pink', 'office', 'babble']
const snrsDb = [20, 10, 5]
const echoesDb = [-20, -10]
/** Earliest and latest onset after the agent was first heard, ms; the agent has far more to say. */
const EARLIEST_MS = 1_000
const LATEST_MS = 4_000
/** Share of the clips that each of the nine backgrounds gets, and each echo. */
const NOISY_SHARE = 1 / 3
/** How often each sound that should not stop the agent is made in the clear, each time at another place. */
const CLEAR_ROUNDS = 2
const ECHO_ALONE = 12
const NOISE_SNR_DB = 10
const NOISE_MS = 2_500
const LONG_PAUSE_FACTOR = 2.5

export function drawCases({ library, set, random, only = scenarioNames }: DrawOptions): Case[] {
  const clips = library.clips.filter(clip => clip.set === set)
  const cases: Case[] = []

  function overlap(scenario: Scenario, clip: Clip | undefined, rest: Partial<OverlapCase> = {}): void {
    const onsetMs = EARLIEST_MS + random() * (LATEST_MS - EARLIEST_MS)
    const { background, echoDb } = rest
    const id = [scenario, clip?.id, nameOf(background), echoDb && `echo${echoDb}`].filter(Boolean).join(' ')
    const stop = clip?.kind === 'interrupt' && scenario !== 'noise'
    cases.push({ kind: 'overlap', id, scenario, stop, clip, onsetMs, background, echoDb })
  }

  for (const scenario of ['interrupt', 'backchannel', 'laugh', 'cough', 'exclamation', 'thing'] as const) {
    const sounds = clips.filter(({ kind }) => kind === scenario)
    for (let round = 0; round < (scenario === 'interrupt' ? 1 : CLEAR_ROUNDS); round++) {
      for (const clip of sounds) overlap(scenario, clip)
    }
    if (scenario === 'thing') continue
    for (const background of backgrounds()) {
      for (const clip of draw(sounds, NOISY_SHARE, random)) overlap(scenario, clip, { background })
    }
  }
  const interrupts = clips.filter(({ kind }) => kind === 'interrupt')
  for (const echoDb of echoesDb) {
    for (const clip of draw(interrupts, NOISY_SHARE, random)) overlap('echo', clip, { echoDb })
    for (let round = 0; round < ECHO_ALONE; round++) overlap('echo', undefined, { echoDb })
  }
  for (const { id, samples } of library.beds) {
    for (let round = 0; round < 3; round++) overlap('noise', noiseBurst(id, samples, set, random, clips))
  }

  const turns = clips.filter(({ kind }) => kind === 'turn')
  for (const clip of turns) cases.push(turnCase('pauses', clip))
  for (const bed of beds) {
    for (const clip of draw(turns, NOISY_SHARE, random)) {
      cases.push(turnCase('pauses', clip, { bed, snrDb: 20 }))
    }
  }
  for (const clip of turns) cases.push(turnCase('long-pauses', stretchPauses(clip, LONG_PAUSE_FACTOR)))
  return shuffle(
    cases.filter(({ scenario }) => only.includes(scenario)),
    random,
  )
}

function backgrounds(): Background[] {
  return beds.flatMap(bed => snrsDb.map(snrDb => ({ bed, snrDb })))
}

function nameOf(background: Background | undefined): string | undefined {
  return background && `${background.bed}${background.snrDb}`
}

function turnCase(scenario: Scenario, clip: Clip, background?: Background): TurnCase {
  const id = [scenario, clip.id, nameOf(background)].filter(Boolean).join(' ')
  return { kind: 'turn', id, scenario, clip, background }
}

/** Background that begins and ends: a door opens, a radio. Softer than speech by `NOISE_SNR_DB`. */
function noiseBurst(
  id: string,
  samples: Int16Array,
  set: SetName,
  random: () => number,
  clips: readonly Clip[],
): Clip {
  const rate = clips[0]?.rate ?? 16_000
  const count = Math.round((NOISE_MS * rate) / 1000)
  const from = Math.floor(random() * Math.max(1, samples.length - count))
  const gain = 10 ** (-NOISE_SNR_DB / 20)
  const burst = samples.slice(from, from + count).map(sample => Math.round(sample * gain))
  const times = { onsetMs: 0, offsetMs: NOISE_MS, pauses: [] }
  return { id, kind: 'thing', speaker: id, set, rate, samples: burst, ...times }
}

/** A random share of the list, at least one. */
function draw<Item>(items: readonly Item[], share: number, random: () => number): Item[] {
  const count = Math.max(Math.min(1, items.length), Math.round(items.length * share))
  return shuffle([...items], random).slice(0, count)
}

function shuffle<Item>(items: Item[], random: () => number): Item[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [items[i], items[j]] as [Item, Item]
    items[i] = b
    items[j] = a
  }
  return items
}
