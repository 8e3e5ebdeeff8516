/**
 * What failover is worth: each slot, with each fault at each stage of its first vendor, through real adapters and
 * simulated vendors over loopback sockets; what hedging gains at which cost; and what the wrappers themselves take.
 *
 *   npm run bench:chaos -- [--slot stt,llm,tts] [--fault hang,drop] [--stage connect] [--runs 5] [--at-once 6] [--seed 1]
 *                          [--first cartesia] [--all] [--write] [--json] [--verbose]
 *
 * `--first` names the vendor that fails, `--all` lets each fail in turn, and without them it is the first of each slot;
 * `--write` writes docs/chaos.md. The matrix runs in real time,
 * hedging in virtual time.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { type SimFaultKind, type SimStage, simFaultKinds, simStages } from '@parley/sim'
import { type Cell, type CellRun, runCell } from './chaos/cell.js'
import { contenders, type SlotName } from './chaos/contenders.js'
import { measureHedging } from './chaos/hedging.js'
import { measureLatency } from './chaos/latency.js'
import { measureOverhead } from './chaos/overhead.js'
import { type Report, type Row, rowOf, toMarkdown } from './chaos/report.js'

const { values } = parseArgs({
  options: {
    slot: { type: 'string' },
    fault: { type: 'string' },
    stage: { type: 'string' },
    runs: { type: 'string', default: '5' },
    'at-once': { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string' },
    all: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
})

const slots = chosen<SlotName>('slot', values.slot, ['stt', 'llm', 'tts'])
const faults = chosen<SimFaultKind>('fault', values.fault, simFaultKinds)
const stages = chosen<SimStage>('stage', values.stage, simStages)
const arguments_ = process.argv.slice(2).filter(each => each !== '--json' && each !== '--verbose')
const command = ['npm run bench:chaos', ...(arguments_.length > 0 ? ['--', ...arguments_] : [])].join(' ')
const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)} at the start`

const cells = listCells()
const rows = await runAll(cells)
const report: Report = {
  ...{ command, machine, rows },
  hedging: await measureHedging(Number(values.seed)),
  latency: await measureLatency(Number(values.seed)),
  overhead: await measureOverhead(),
}
if (values.write) writeFileSync(new URL('../../docs/chaos.md', import.meta.url), toMarkdown(report))
console.log(values.json ? JSON.stringify(report, null, 2) : toMarkdown(report))
const unclean = rows.filter(
  ({ fault, recovered, met, runs }) => fault !== undefined && (!recovered || met < runs),
)
if (unclean.length > 0) process.exitCode = 1
// Some vendors' SDKs and Node's own fetch keep sockets for a while.
setTimeout(() => process.exit(), 200).unref()

function listCells(): readonly Cell[] {
  return slots.flatMap(slot => pairsOf(slot).flatMap(pair => [...cellsOf(pair)]))
}

function pairsOf(slot: SlotName): readonly Pick<Cell, 'slot' | 'first' | 'second'>[] {
  const all = contenders[slot]
  return all.flatMap((first, at) => {
    const second = all[(at + 1) % all.length]
    const isWanted = values.all || (values.first === undefined ? at === 0 : values.first === first.name)
    return isWanted && second !== undefined ? [{ slot, first, second }] : []
  })
}

function* cellsOf(pair: Pick<Cell, 'slot' | 'first' | 'second'>): Generator<Cell> {
  yield { ...pair, fault: undefined, stage: 'first' }
  for (const fault of faults)
    for (const stage of stages) if (pair.first.stages.includes(stage)) yield { ...pair, fault, stage }
}

async function runAll(list: readonly Cell[]): Promise<readonly Row[]> {
  const runs = Number(values.runs)
  const found = new Map<Cell, CellRun[]>(list.map(cell => [cell, []]))
  const jobs = list.flatMap(cell => Array.from({ length: runs }, (_, run) => ({ cell, run })))
  let next = 0
  const work = async () => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      const outcome = await runCell(job.cell, Number(values.seed) * 1_000 + job.run)
      found.get(job.cell)?.push(outcome)
      if (values.verbose) tell(job.cell, outcome)
    }
  }
  await Promise.all(Array.from({ length: Number(values['at-once']) }, work))
  return list.map(cell => rowOf(cell, found.get(cell) ?? []))
}

function tell({ slot, first, fault, stage }: Cell, { incidents, complaints, ...rest }: CellRun): void {
  process.stderr.write(`${slot} ${first.name} ${fault ?? 'none'} ${stage} ${JSON.stringify(rest)}\n`)
  for (const line of [...incidents, ...complaints.map(each => `! ${each}`)])
    process.stderr.write(`    ${line}\n`)
}

function chosen<Name extends string>(
  option: string,
  given: string | undefined,
  all: readonly Name[],
): readonly Name[] {
  if (given === undefined) return all
  return given.split(',').map(name => {
    const found = all.find(each => each === name)
    if (found === undefined) throw new Error(`--${option} ${name}: give of ${all.join(', ')}.`)
    return found
  })
}
