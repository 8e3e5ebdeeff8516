/**
 * The public score of turn-taking: labelled human sounds, played into a real gateway by many callers at once, and
 * measured from outside. What each figure means: docs/turn-taking-score.md.
 *
 *   npm run bench:turns -- [--edge websocket|phone] [--set hold-out|tune] [--only interrupt,echo] [--callers 24]
 *                          [--seed 1] [--no-reports] [--priority] [--keep] [--cases] [--json]
 *
 * `--priority` puts callers and gateway before other programs (root only), for a machine that others use; `--keep` also
 * counts the calls that a busy machine spoiled; `--cases` tells every single call.

 *
 * Callers run in this process beside the gateway's, at real-time pace, so both share the machine's cores.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { seededRandom } from '@parley/sim'
import { startGatewayProcess } from './gateway/gateway-process.js'
import type { Edge } from './turns/call.js'
import type { Library } from './turns/clip.js'
import { linesOf } from './turns/goals.js'
import { loadLibrary } from './turns/library.js'
import { watchMachine } from './turns/machine-watch.js'
import { measureOverlap } from './turns/measure-overlap.js'
import { measureTurn } from './turns/measure-turn.js'
import { createPace } from './turns/pace.js'
import { createPhoneEdge } from './turns/phone-edge.js'
import { playAll } from './turns/play-all.js'
import { type Played, playReference } from './turns/play-case.js'
import { type Reference, referenceOf } from './turns/reference.js'
import { type Case, drawCases, type Scenario, scenarioNames } from './turns/scenarios.js'
import { type Outcome, scoreOf } from './turns/score.js'
import type { SetName } from './turns/split.js'
import { quantile } from './turns/statistics.js'
import { groupTableOf, tableOf } from './turns/table.js'
import { createWebSocketEdge } from './turns/websocket-edge.js'

const { values } = parseArgs({
  options: {
    edge: { type: 'string' },
    set: { type: 'string', default: 'hold-out' },
    only: { type: 'string' },
    callers: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
    reports: { type: 'boolean', default: true },
    priority: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    cases: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  allowNegative: true,
})

const edgeNames = ['websocket', 'phone'] as const
const command = ['npm run bench:turns', ...process.argv.slice(2)].join(' ')
const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`
const agents = new URL('../agents/', import.meta.url)
// Before anything is started, so that the gateway and its recognisers inherit it.
if (values.priority) setPriority(-10)
const folder = mkdtempSync(join(tmpdir(), 'parley-turns-'))
try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const set = oneOf<SetName>('--set', values.set, ['hold-out', 'tune'])
  const only = values.only?.split(',').map(each => oneOf<Scenario>('--only', each, scenarioNames))
  const edges = values.edge === undefined ? edgeNames : [oneOf('--edge', values.edge, edgeNames)]
  const reports: object[] = []
  for (const edge of edges) {
    const library = await loadLibrary(edge === 'phone' ? 8_000 : 16_000)
    const random = seededRandom(Number(values.seed))
    const cases = drawCases({ library, set, random, ...(only === undefined ? {} : { only }) })
    const startedAt = performance.now()
    const runs: Run[] = []
    for (const [agent, kind] of [
      ['talker', 'overlap'],
      ['listener', 'turn'],
    ] as const) {
      const wanted = cases.filter(each => each.kind === kind)
      if (wanted.length > 0) runs.push(await runWith({ agent, edge, library, cases: wanted }))
    }
    const wallMs = performance.now() - startedAt
    const outcomes = runs.flatMap(run => run.outcomes)
    const summary = { edge, set, wallMs, pressure: runs.map(({ outcomes: _, ...rest }) => rest) }
    if (values.json) reports.push({ ...summary, ...jsonOf(outcomes) })
    else printScore(summary, outcomes)
  }
  if (values.json) console.log(JSON.stringify({ command, machine, edges: reports }, null, 2))
}

interface Run {
  readonly outcomes: readonly Outcome[]
  readonly callersLateMs: { readonly p50: number; readonly p99: number }
  readonly gatewayLateP99Ms: number
  readonly gatewayCores: number
  /** Share of the time in which the machine was too busy, 0..1. */
  readonly stalled: number
  readonly repeated: number
  readonly spoiled: number
}

interface RunOptions {
  readonly agent: 'talker' | 'listener'
  readonly edge: Edge['name']
  readonly library: Library
  readonly cases: readonly Case[]
}

/** One gateway with one agent, and all calls to it. */
async function runWith({ agent, edge: edgeName, library, cases }: RunOptions): Promise<Run> {
  const agentFile = fileURLToPath(new URL(`${agent}.en.yaml`, agents))
  const dataDir = join(folder, `${edgeName}-${agent}`)
  const gateway = await startGatewayProcess(dataDir, { PARLEY_AGENT: agentFile })
  const pace = createPace()
  const watch = watchMachine(gateway.child.pid ?? 0)
  const { beds } = library
  const { url } = gateway
  let reference: Reference = { rate: 16_000, samples: new Int16Array(0), words: [] }
  const socketEdge = createWebSocketEdge({ url, pace, beds, reports: values.reports })
  const phoneLateMs: number[] = []
  const words = () => reference.words
  const edge =
    edgeName === 'websocket' ? socketEdge : createPhoneEdge({ url, beds, words, lateMs: phoneLateMs })
  const cpuBefore = gateway.cpuMs()
  const startedAt = performance.now()
  const taking = agent === 'talker' ? playReference(socketEdge) : undefined
  const random = seededRandom(Number(values.seed) + 1)
  const callers = Number(values.callers)
  const { stalls } = watch
  const { played, repeated, spoiled } = await playAll({
    edge,
    cases,
    callers,
    random,
    stalls,
    keep: values.keep,
    progress,
  })
  if (taking !== undefined) reference = referenceOf(await taking, socketEdge.rate)
  const gatewayCores = (gateway.cpuMs() - cpuBefore) / (performance.now() - startedAt)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const stalled = watch.share()
  const traces = await edge.complete(played.map(({ trace }) => trace))
  watch.stop()
  pace.stop()
  await gateway.stop()
  const lateMs = edgeName === 'phone' ? phoneLateMs : pace.lateMs
  return {
    outcomes: played.map((each, index) =>
      measure({ ...each, trace: traces[index] ?? each.trace }, edge.rate, reference),
    ),
    callersLateMs: { p50: quantile(lateMs, 0.5), p99: quantile(lateMs, 0.99) },
    gatewayLateP99Ms: Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(metrics)?.[1]) * 1000,
    gatewayCores,
    stalled,
    repeated,
    spoiled,
  }
}

function measure({ case: played, trace, onsetSample }: Played, rate: number, reference: Reference): Outcome {
  return played.kind === 'turn'
    ? measureTurn(played, trace, { onsetSample, rate })
    : measureOverlap(played, trace, { onsetSample, rate, reference })
}

interface Summary {
  readonly edge: Edge['name']
  readonly set: SetName
  readonly wallMs: number
  readonly pressure: readonly Omit<Run, 'outcomes'>[]
}

function printScore({ edge, set, wallMs, pressure }: Summary, outcomes: readonly Outcome[]): void {
  const score = scoreOf(outcomes)
  console.log(`${command}\n${machine}, load ${loadavg()[0]?.toFixed(1)}`)
  console.log(
    `edge ${edge}: ${outcomes.length} calls of the ${set} set in ${(wallMs / 1000).toFixed(0)} s, ${values.callers} at once`,
  )
  for (const run of pressure) {
    const { callersLateMs, gatewayLateP99Ms, gatewayCores, stalled, repeated, spoiled } = run
    console.log(
      `  event loops late: callers p50 ${callersLateMs.p50.toFixed(1)} ms, p99 ${callersLateMs.p99.toFixed(1)} ms, gateway p99 ${gatewayLateP99Ms.toFixed(1)} ms; gateway ${gatewayCores.toFixed(2)} cores; machine too busy ${(100 * stalled).toFixed(0)} % of the time: ${repeated} calls played again, ${spoiled} spoiled each time and ${values.keep ? 'counted' : 'left out'}`,
    )
  }
  console.log(`\n${tableOf(linesOf(score, edge))}\n`)
  if (score.groups.length > 0) console.log(`${groupTableOf(score.groups)}\n`)
  if (values.cases) for (const outcome of outcomes) console.log(JSON.stringify(plain(outcome)))
}

function jsonOf(outcomes: readonly Outcome[]): object {
  const cases = values.cases ? { cases: outcomes.map(plain) } : {}
  return { score: scoreOf(outcomes), ...cases }
}

/** An outcome without the sound it was about. */
function plain({ case: played, ...rest }: Outcome): object {
  return { id: played.id, ...rest }
}

function progress(text: string): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(`\r\u001b[K${text}`)
}

function oneOf<Name extends string>(option: string, given: string, names: readonly Name[]): Name {
  const found = names.find(name => name === given)
  if (found === undefined) throw new Error(`${option} ${given}: give one of ${names.join(', ')}.`)
  return found
}
