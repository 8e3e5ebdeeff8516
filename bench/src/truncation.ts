/**
 * How exactly a Realtime vendor's memory is cut to what the caller heard: `audio_end_ms` of an interrupted answer against
 * the far end's own recording of what it played, to the sample.
 *
 *   npx tsc -b bench && node bench/dist/truncation.js [--calls 40] [--jitter 100] [--seed 1] [--json]
 *
 * Whole sessions in virtual time at three edges; the vendor is its simulator behind the real adapter. In each call the
 * caller interrupts five answers; one-way delays of 20–300 ms and jitter of 0 to `--jitter` ms are drawn for each call.
 */

import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { seededRandom } from '@parley/sim'
import { clientEdge } from './truncation/client-edge.js'
import type { Edge } from './truncation/far-side.js'
import { type Cut, measureCall } from './truncation/measure-call.js'
import { phoneEdge } from './truncation/phone-edge.js'
import { reportingEdge } from './truncation/reporting-edge.js'

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '40' },
    jitter: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const INTERRUPTIONS = 5

const edges: Readonly<Record<string, Edge>> = {
  'reports what it played': reportingEdge,
  'phone (marks)': phoneEdge,
  'OpenAI client': clientEdge,
}

const rows = []
for (const [edge, made] of Object.entries(edges)) {
  const random = seededRandom(Number(values.seed))
  const cuts: Cut[] = []
  const complaints: string[] = []
  const warnings: string[] = []
  for (let call = 0; call < Number(values.calls); call++) {
    const path = {
      upMs: 20 + random() * 280,
      downMs: 20 + random() * 280,
      jitterMs: random() * Number(values.jitter),
    }
    const seed = Number(values.seed) * 100_000 + call * 10
    const facts = await measureCall({ edge: made, seed, path, interruptions: INTERRUPTIONS })
    cuts.push(...facts.cuts)
    complaints.push(...facts.complaints)
    warnings.push(...facts.warnings)
  }
  rows.push({ edge, cuts: cuts.length, ...summary(cuts), complaints, warnings })
}

function summary(cuts: readonly Cut[]) {
  const errors = cuts.map(({ errorMs }) => Math.abs(errorMs))
  return {
    p50Ms: quantile(errors, 0.5),
    p99Ms: quantile(errors, 0.99),
    maxMs: quantile(errors, 1),
    /** Above 0: more is kept than was heard. */
    meanMs: cuts.reduce((sum, { errorMs }) => sum + errorMs, 0) / cuts.length,
    overOneFrame: errors.filter(ms => ms > 20).length,
    playedP50Ms: quantile(
      cuts.map(({ playedMs }) => playedMs),
      0.5,
    ),
    sessionMaxMs: quantile(
      cuts.map(({ sessionErrorMs }) => Math.abs(sessionErrorMs)),
      1,
    ),
    wordsExact: share(cuts, ({ words }) => words === 0),
    wordsWithinOne: share(cuts, ({ words }) => Math.abs(words) <= 1),
    wordsMost: quantile(
      cuts.map(({ words }) => Math.abs(words)),
      1,
    ),
    mostTellings: quantile(
      cuts.map(({ tellings }) => tellings),
      1,
    ),
  }
}

function share<Item>(items: readonly Item[], test: (item: Item) => boolean): number {
  return items.length === 0 ? Number.NaN : items.filter(test).length / items.length
}

function quantile(numbers: readonly number[], at: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? Number.NaN
}

const machine = `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}`
if (values.json)
  console.log(
    JSON.stringify({ machine, calls: Number(values.calls), jitterMs: Number(values.jitter), rows }, null, 2),
  )
else {
  console.log(
    `node bench/dist/truncation.js --calls ${values.calls} --jitter ${values.jitter} --seed ${values.seed}\n${machine}\n`,
  )
  console.log(
    '|audio_end_ms − really played|, ms                                     words kept − words heard whole',
  )
  console.log(
    'far end                  cuts     p50     p99     max    mean   > 20 ms     none    ± 1    most',
  )
  const percent = (part: number) => `${(part * 100).toFixed(0)} %`
  for (const row of rows) {
    const ms = [row.p50Ms, row.p99Ms, row.maxMs, row.meanMs].map(each => each.toFixed(1).padStart(7))
    const words = [percent(row.wordsExact), percent(row.wordsWithinOne), `${row.wordsMost}`]
    console.log(
      `${row.edge.padEnd(23)} ${String(row.cuts).padStart(5)} ${ms.join(' ')} ${String(row.overOneFrame).padStart(9)}  ${words.map(each => each.padStart(7)).join('')}`,
    )
  }
  console.log(
    '\nThe mean has its sign: above 0 more is kept than was heard. The vendor tells no times of its words: the gateway spreads\nthem over the sound by spelling and pauses, and of a clause whose sound is not all there by spelling alone.\nA client of OpenAI’s that had played all when it heard of the cut says nothing: the reply then counts as heard whole.',
  )
  for (const { edge, complaints, warnings } of rows)
    for (const text of new Set([...complaints, ...warnings])) console.log(`${edge}: ${text}`)
}
process.exit(0)
