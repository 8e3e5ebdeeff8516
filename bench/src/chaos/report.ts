/** The figures of a run as the page docs/chaos.md. */

import { quantile } from '../turns/statistics.js'
import type { Cell, CellRun } from './cell.js'
import { isClean } from './compare-words.js'
import type { SlotName } from './contenders.js'
import type { HedgingFigures } from './hedging.js'
import type { LatencyFigures } from './latency.js'
import type { OverheadFigures } from './overhead.js'

export interface Row {
  readonly slot: SlotName
  readonly vendors: string
  readonly fault: string | undefined
  readonly stage: string
  readonly runs: number
  /** Runs in which the fault was met: the wrapper failed over or hedged. */
  readonly met: number
  readonly repeated: number
  readonly missing: number
  readonly garbled: number
  readonly gapP50Ms: number
  readonly gapP95Ms: number
  /** Every run gave every word once, whole and in order, and ended well. */
  readonly recovered: boolean
}

export interface Report {
  readonly command: string
  readonly machine: string
  readonly rows: readonly Row[]
  readonly hedging: readonly HedgingFigures[]
  readonly latency: readonly LatencyFigures[]
  readonly overhead: readonly OverheadFigures[]
}

export function rowOf({ slot, first, second, fault, stage }: Cell, runs: readonly CellRun[]): Row {
  const total = (pick: (run: CellRun) => number) => runs.reduce((sum, run) => sum + pick(run), 0)
  const waits = runs.map(({ waitMs }) => waitMs)
  return {
    ...{ slot, vendors: `${first.name} → ${second.name}`, fault, stage, runs: runs.length },
    met: total(run => (run.incidents.length > 0 ? 1 : 0)),
    repeated: total(run => run.repeated),
    missing: total(run => run.missing),
    garbled: total(run => run.garbled),
    gapP50Ms: Math.round(quantile(waits, 0.5)),
    gapP95Ms: Math.round(quantile(waits, 0.95)),
    recovered: runs.every(run => run.error === undefined && isClean(run)),
  }
}

const slotTitles: Readonly<Record<SlotName, string>> = {
  stt: 'Recogniser: from the end of speech to its last text',
  llm: 'Model: the longest wait for text',
  tts: 'Voice: the longest silence of the listener',
}

export function toMarkdown({ command, machine, rows, hedging, latency, overhead }: Report): string {
  const cells = rows.filter(({ fault }) => fault !== undefined)
  const total = (pick: (row: Row) => number) => cells.reduce((sum, row) => sum + pick(row), 0)
  const recovered = cells.filter(row => row.recovered).length
  return [
    '# Chaos: what a caller hears when a provider dies',
    '',
    'Made by a run; do not edit.',
    '',
    '```',
    command,
    machine,
    '```',
    '',
    'Each slot has two vendors, simulated over loopback sockets and spoken to by their real adapters. The first one has',
    'the fault each time it is asked, at one of three stages: as the connection or request is accepted (`connect`), instead of the',
    'first output (`first`), after a few outputs (`middle`). The second is well. Words are read back from the samples and',
    'texts that came out of the wrappers; `met` are runs in which the fault was noticed, `repeated` came more than once, `missing` not at all, `cut` are halves of words.',
    'The gap is what the caller waits for, in real time and with the default settings of the wrappers; no breaker is open',
    'yet and no latency known, so it is that of the first caller who meets the fault after a start. Faults that are met only by',
    'waiting (`hang`, `drip`) cost a deadline or a hedge. The callers share the cores of the machine. Of few runs the p95 is the longest.',
    '',
    `**${cells.length} cells, ${total(row => row.runs)} runs: ${recovered} cells recovered, ${total(row => row.repeated)} words repeated, ${total(row => row.missing)} missing, ${total(row => row.garbled)} cut.**`,
    ...(['stt', 'llm', 'tts'] as const).flatMap(slot => slotSection(slot, rows)),
    '',
    '## Hedging',
    '',
    'First tokens with a heavy tail (log-normal, and one in fifty stuck for 5 s), two providers with the same tail, in',
    'virtual time. A hedge begins when the first takes longer than nine in ten of its own latencies (or than as many as the share',
    'leaves unhedged); the share is the bound on the extra requests.',
    '',
    '| Share allowed | Requests | Hedged | p50 ms | p90 ms | p99 ms |',
    '|---:|---:|---:|---:|---:|---:|',
    ...hedging.map(
      ({ share, requests, hedged, p50Ms, p90Ms, p99Ms }) =>
        `| ${percent(share)} | ${requests} | ${percent(hedged / requests)} | ${p50Ms} | ${p90Ms} | ${p99Ms} |`,
    ),
    '',
    '## What the wrappers take',
    '',
    'The first output of a real adapter over a loopback socket, the simulated vendor giving one output every 5 ms. A model’s first',
    'text leaves with the end of its first word, a voice’s first sound with the end of its first word’s sound.',
    '',
    '| Slot | Vendor | Uses | p50 ms without | with | p99 ms without | with |',
    '|---|---|---:|---:|---:|---:|---:|',
    ...latency.map(
      ({ slot, vendor, uses, plainP50Ms, plainP99Ms, wrappedP50Ms, wrappedP99Ms }) =>
        `| ${slot} | ${vendor} | ${uses} | ${plainP50Ms.toFixed(1)} | ${wrappedP50Ms.toFixed(1)} | ${plainP99Ms.toFixed(1)} | ${wrappedP99Ms.toFixed(1)} |`,
    ),
    '',
    'The same parts with and without the wrapper, in one process and without sockets: the time of the processor alone.',
    '',
    '| Wrapper | Parts | µs a part without | with | added |',
    '|---|---:|---:|---:|---:|',
    ...overhead.map(
      ({ wrapper, parts, plainUs, wrappedUs }) =>
        `| ${wrapper} | ${parts} | ${plainUs.toFixed(2)} | ${wrappedUs.toFixed(2)} | ${(wrappedUs - plainUs).toFixed(2)} |`,
    ),
    '',
  ].join('\n')
}

function slotSection(slot: SlotName, rows: readonly Row[]): readonly string[] {
  const own = rows.filter(row => row.slot === slot)
  if (own.length === 0) return []
  const pairs = [...new Set(own.map(({ vendors }) => vendors))]
  return [
    '',
    `## ${slotTitles[slot]}`,
    ...pairs.flatMap(vendors => pairTable(own.filter(row => row.vendors === vendors))),
  ]
}

function pairTable(rows: readonly Row[]): readonly string[] {
  const [any] = rows
  return [
    '',
    `### ${any?.vendors}`,
    '',
    `${any?.runs} runs a cell.`,
    '',
    '| Fault | Stage | Met | Repeated | Missing | Cut | Gap p50 ms | Gap p95 ms | Recovered |',
    '|---|---|---:|---:|---:|---:|---:|---:|---|',
    ...rows.map(
      ({ fault, stage, met, repeated, missing, garbled, gapP50Ms, gapP95Ms, recovered }) =>
        `| ${fault ?? 'none'} | ${fault === undefined ? '' : stage} | ${met} | ${repeated} | ${missing} | ${garbled} | ${gapP50Ms} | ${gapP95Ms} | ${recovered ? 'yes' : 'no'} |`,
    ),
  ]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
