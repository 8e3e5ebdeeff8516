/**
 * How much of looking facts up a caller waits for: real session, cascade and enricher under virtual time, with sources
 * that take 80–250 ms (uniform) and sentences of 1–4 s that ask one to three of them.
 *
 *   npx tsc -b bench && node bench/dist/enrichment.js [--turns 200] [--json]
 *
 * The wait is the ledger's stage `context`, from the final text to the facts; visible is what of it comes after the turn
 * was decided over. An answer that is prepared waits in the silence before that. Words take 300 ms, partials come 150 ms
 * behind them, the final text 100–250 ms after the end of speech, which the detector tells 100 ms after the last voice.
 * The topic stands `anywhere` in the sentence or is its `last` word. Budget 300 ms; nothing comes from a cache.
 */
import { parseArgs } from 'node:util'
import { type TalkOptions, type TurnFigures, talkFor } from './enrichment/talk.js'

const { values } = parseArgs({
  options: { turns: { type: 'string', default: '200' }, json: { type: 'boolean', default: false } },
})
const turns = Number(values.turns)

type Case = Pick<TalkOptions, 'topic' | 'overhears' | 'prepares' | 'silenceMs'>

const cases: readonly Case[] = [700, 300].flatMap(silenceMs =>
  (['anywhere', 'last'] as const).flatMap(topic => [
    { silenceMs, topic, overhears: false, prepares: false },
    { silenceMs, topic, overhears: true, prepares: false },
    { silenceMs, topic, overhears: true, prepares: true },
  ]),
)

const rows = []
for (const each of cases) {
  const figures = await talkFor({ ...each, seed: 7, turns, budgetMs: 300 })
  rows.push({ ...each, ...summary(figures) })
}

if (values.json) console.log(JSON.stringify({ turns, budgetMs: 300, rows }, null, 2))
else {
  console.log(
    'silence topic     overheard prepared turns  0 ms visible  visible p95  wait p50  wait p95   late',
  )
  for (const row of rows)
    console.log(
      [
        `${row.silenceMs} ms`.padEnd(7),
        row.topic.padEnd(9),
        (row.overhears ? 'yes' : 'no').padEnd(9),
        (row.prepares ? 'yes' : 'no').padEnd(8),
        String(row.turns).padStart(5),
        `${row.hiddenPercent.toFixed(1)} %`.padStart(13),
        `${row.visibleP95Ms.toFixed(0)} ms`.padStart(12),
        `${row.waitP50Ms.toFixed(0)} ms`.padStart(9),
        `${row.waitP95Ms.toFixed(0)} ms`.padStart(9),
        `${row.latePercent.toFixed(1)} %`.padStart(6),
      ].join(' '),
    )
}

function summary(figures: readonly TurnFigures[]) {
  const visible = figures.map(({ visibleMs }) => visibleMs)
  const waits = figures.map(({ waitMs }) => waitMs)
  const at = (times: readonly number[], share: number) => {
    const sorted = [...times].sort((one, other) => one - other)
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  }
  const percent = (count: number, of: number) => (of === 0 ? 0 : (100 * count) / of)
  const sum = (of: (each: TurnFigures) => number) => figures.reduce((total, each) => total + of(each), 0)
  return {
    turns: figures.length,
    hiddenPercent: percent(visible.filter(ms => ms < 0.5).length, visible.length),
    visibleP95Ms: at(visible, 0.95),
    waitP50Ms: at(waits, 0.5),
    waitP95Ms: at(waits, 0.95),
    latePercent: percent(
      sum(({ late }) => late),
      sum(({ late, used }) => late + used),
    ),
  }
}
