/**
 * Endpointing alone, offline: the ear hears every labelled turn, endpointing says how long to wait in each silence.
 * No words and no vendor: sound only. `bench:turns` scores the whole.
 *
 *   npx tsc -b bench && node bench/dist/endpointing.js [--set tune|hold-out] [--hangover 200] [--min 220] [--max 1200]
 *     [--noise babble|office|pink|music --snr 10] [--list] [--json]
 *
 * A labelled pause (150 ms and longer) is cut off when the turn would have been closed before the ear told that the
 * voice was back; a turn, when any of its silences was. The delay is from the labelled end of the turn to the decision.
 * Turns of one speaker are one call. Beside each confidence stands the fixed silence with the same mean delay.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { createEndpointing, createFixedEndpointing, type Endpointing } from '@parley/core'
import { type Bed, beds, quantile } from './ear/sounds.js'
import { type Counts, decideCall, noCounts } from './endpointing/decide.js'
import { type HeardTurn, listen } from './endpointing/listen.js'
import { turnsOf } from './endpointing/turns.js'

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'tune' },
    hangover: { type: 'string', default: '200' },
    min: { type: 'string', default: '220' },
    max: { type: 'string', default: '1200' },
    noise: { type: 'string' },
    snr: { type: 'string', default: '10' },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const set = values.set === 'hold-out' ? 'hold-out' : 'tune'
const bed: Bed | undefined = beds.find(name => name === values.noise)
const conditions = { hangoverMs: Number(values.hangover), bed, snrDb: Number(values.snr) }
const calls = callsOf(turnsOf(set).map(turn => listen(turn, conditions)))

interface Score {
  readonly meanMs: number
  readonly p90Ms: number
  readonly pausesCut: number
  readonly turnsCut: number
  readonly counts: Counts
}

const confidences = [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99]
const rows = confidences.map(confidence => row(`${confidence}`, modelScore(confidence)))
const goal = scoreAt(300, share => modelScore(1 - 10 ** -(0.1 + 2.9 * share)))
if (values.json) console.log(JSON.stringify({ machine: machine(), set, conditions, rows, goal }))
else print()

function callsOf(heard: readonly HeardTurn[]): ReadonlyMap<string, readonly HeardTurn[]> {
  const speakers = new Set(heard.map(({ turn }) => turn.speaker))
  return new Map(
    [...speakers].map(speaker => [speaker, heard.filter(({ turn }) => turn.speaker === speaker)]),
  )
}

function modelScore(confidence: number): Score {
  const policy = {
    minMs: Number(values.min),
    maxMs: Number(values.max),
    confidence,
    vendor: 'evidence',
  } as const
  return score(language => createEndpointing(policy, language))
}

function fixedScore(silenceMs: number): Score {
  return score(() => createFixedEndpointing(silenceMs))
}

function score(make: (language: string) => Endpointing): Score {
  const counts = noCounts()
  for (const heard of calls.values()) decideCall(heard, make(heard[0]?.turn.language ?? 'und'), counts)
  const { delaysMs, pauses, pausesCut, turns, turnsCut } = counts
  return {
    meanMs: delaysMs.reduce((sum, ms) => sum + ms, 0) / Math.max(1, delaysMs.length),
    p90Ms: quantile(delaysMs, 0.9),
    pausesCut: (100 * pausesCut) / Math.max(1, pauses),
    turnsCut: (100 * turnsCut) / Math.max(1, turns),
    counts,
  }
}

/** The score whose mean delay comes nearest to `meanMs` from below, by bisection: `at` rises in its argument, 0..1. */
function scoreAt(meanMs: number, at: (share: number) => Score): Score {
  let [low, high] = [0, 1]
  for (let step = 0; step < 12; step++) {
    const middle = (low + high) / 2
    if (at(middle).meanMs <= meanMs) low = middle
    else high = middle
  }
  return at(low)
}

function row(confidence: string, model: Score) {
  const fixed = scoreAt(model.meanMs, share => fixedScore(2_000 * share))
  return {
    confidence,
    'mean delay ms': Math.round(model.meanMs),
    'p90 ms': Math.round(model.p90Ms),
    'pauses cut %': rounded(model.pausesCut),
    'turns cut %': rounded(model.turnsCut),
    'fixed: pauses cut %': rounded(fixed.pausesCut),
    'fixed: turns cut %': rounded(fixed.turnsCut),
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

function machine(): string {
  const processors = cpus()
  return `${processors.length} × ${processors[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`
}

function list(): void {
  for (const [speaker, heard] of calls) {
    const endpointing = createEndpointing(
      { minMs: Number(values.min), maxMs: Number(values.max), confidence: 0.85, vendor: 'evidence' },
      heard[0]?.turn.language ?? 'und',
    )
    const told: Endpointing = {
      ...endpointing,
      wait() {
        const wait = endpointing.wait()
        const reasons = wait.reasons.map(({ kind, value, text }) => `${kind} ${value ?? text}`).join(', ')
        console.log(`  ${speaker}: ${wait.ms} ms, ${rounded(100 * wait.complete)} % over: ${reasons}`)
        return wait
      },
    }
    for (const turn of heard) {
      console.log(`${turn.turn.id} ${JSON.stringify(turn.speech)}`)
      decideCall([turn], told, noCounts())
    }
  }
}

function print(): void {
  console.log(`${machine()}\nnode bench/dist/endpointing.js ${process.argv.slice(2).join(' ')}`)
  const { counts } = modelScore(0.85)
  console.log(`${set}: ${counts.turns} turns with an end, ${counts.pauses} pauses, ${calls.size} callers`)
  if (values.list) list()
  console.table(rows)
  console.log('At a mean delay of 300 ms at most:')
  console.table([row('', goal)])
}
