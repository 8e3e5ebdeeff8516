/**
 * The public score of turn-taking: labelled human sounds, played into a real gateway by many callers at once, and
 * measured from outside. What each figure means: docs/turn-taking-score.md.
 *
 *   npm run bench:turns -- [--edge websocket] [--set hold-out|tune] [--only interrupt,echo] [--callers 30]
 *                          [--seed 1] [--no-reports] [--cases] [--json]
 *
 * Callers run in this process beside the gateway's, at real-time pace, so both share the machine's cores.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { seededRandom } from '@parley/sim'
import { startGatewayProcess } from './gateway/gateway-process.js'
import type { Edge } from './turns/call.js'
import type { Library } from './turns/clip.js'
import { linesOf } from './turns/goals.js'
import { loadLibrary } from './turns/library.js'
import { measureOverlap } from './turns/measure-overlap.js'
import { measureTurn } from './turns/measure-turn.js'
import { createPace, type Pace } from './turns/pace.js'
import { type Played, playCase, playReference } from './turns/play-case.js'
import { type Reference, referenceOf } from './turns/reference.js'
import { type Case, drawCases, type Scenario, scenarioNames } from './turns/scenarios.js'
import { type Outcome, scoreOf } from './turns/score.js'
import type { SetName } from './turns/split.js'
import { quantile } from './turns/statistics.js'
import { groupTableOf, tableOf } from './turns/table.js'
import { createWebSocketEdge } from './turns/websocket-edge.js'

const { values } = parseArgs({
  options: {
    edge: { type: 'string', default: 'websocket' },
    set: { type: 'string', default: 'hold-out' },
    only: { type: 'string' },
    callers: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    reports: { type: 'boolean', default: true },
    cases: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  allowNegative: true,
})

const agents = new URL('../agents/', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'parley-turns-'))
try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const set = oneOf<SetName>('--set', values.set, ['hold-out', 'tune'])
  const only = values.only?.split(',').map(each => oneOf<Scenario>('--only', each, scenarioNames))
  const edge = oneOf('--edge', values.edge, ['websocket'] as const)
  const library = await loadLibrary(16_000)
  const random = seededRandom(Number(values.seed))
  const cases = drawCases({ library, set, random, ...(only === undefined ? {} : { only }) })
  const startedAt = performance.now()
  const talker = await runWith('talker.en.yaml', edge, library, {
    cases: cases.filter(({ kind }) => kind === 'overlap'),
    withReference: true,
  })
  const listener = await runWith('listener.en.yaml', edge, library, {
    cases: cases.filter(({ kind }) => kind === 'turn'),
    withReference: false,
  })
  const outcomes = [...talker.outcomes, ...listener.outcomes]
  const wallMs = performance.now() - startedAt
  report({ edge, set, outcomes, wallMs, runs: [talker, listener] })
}

interface Run {
  readonly outcomes: Outcome[]
  readonly callersLateMs: { readonly p50: number; readonly p99: number }
  readonly gatewayLateP99Ms: number
  readonly gatewayCores: number
}

async function runWith(
  agent: string,
  edgeName: 'websocket',
  library: Library,
  { cases, withReference }: { cases: readonly Case[]; withReference: boolean },
): Promise<Run> {
  if (cases.length === 0) {
    return { outcomes: [], callersLateMs: { p50: 0, p99: 0 }, gatewayLateP99Ms: 0, gatewayCores: 0 }
  }
  const agentFile = fileURLToPath(new URL(agent, agents))
  const gateway = await startGatewayProcess(join(folder, agent), { PARLEY_AGENT: agentFile })
  const pace = createPace()
  const edge = edgeOf(edgeName, gateway.url, pace, library)
  const cpuBefore = gateway.cpuMs()
  const startedAt = performance.now()
  const taking = withReference ? playReference(edge) : undefined
  const played = await playAll(edge, cases)
  const reference = taking === undefined ? undefined : referenceOf(await taking, edge.rate)
  const gatewayCores = (gateway.cpuMs() - cpuBefore) / (performance.now() - startedAt)
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
  pace.stop()
  await gateway.stop()
  return {
    outcomes: played.map(each => measure(each, edge.rate, reference)),
    callersLateMs: { p50: quantile(pace.lateMs, 0.5), p99: quantile(pace.lateMs, 0.99) },
    gatewayLateP99Ms: Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(metrics)?.[1]) * 1000,
    gatewayCores,
  }
}

function edgeOf(name: 'websocket', url: string, pace: Pace, { beds }: Library): Edge {
  name satisfies 'websocket'
  return createWebSocketEdge({ url, pace, beds, reports: values.reports })
}

/** All cases, so many at a time; a call that cannot be made is tried once more, then left out by its failure. */
async function playAll(edge: Edge, cases: readonly Case[]): Promise<Played[]> {
  const random = seededRandom(Number(values.seed) + 1)
  const waiting = [...cases]
  const played: Played[] = []
  async function caller(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      played.push(await playCase(edge, next, random))
      progress(`${edge.name}: ${played.length} of ${cases.length} calls`)
    }
  }
  const callers: Promise<void>[] = []
  for (let index = 0; index < Number(values.callers); index++) {
    callers.push(caller())
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  await Promise.all(callers)
  progress('')
  return played
}

function measure({ case: played, trace, onsetSample }: Played, rate: number, reference?: Reference): Outcome {
  if (played.kind === 'turn') return measureTurn(played, trace, { onsetSample, rate })
  const undisturbed = reference ?? { rate, samples: new Int16Array(0), words: [] }
  return measureOverlap(played, trace, { onsetSample, rate, reference: undisturbed })
}

interface Report {
  readonly edge: 'websocket'
  readonly set: SetName
  readonly outcomes: readonly Outcome[]
  readonly wallMs: number
  readonly runs: readonly Run[]
}

function report({ edge, set, outcomes, wallMs, runs }: Report): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`
  const score = scoreOf(outcomes)
  const pressure = runs.map(({ outcomes: _, ...rest }) => rest)
  const command = `npm run bench:turns -- ${process.argv.slice(2).join(' ')}`.trimEnd().replace(/ --$/, '')
  if (values.json) {
    const each = values.cases ? { cases: outcomes.map(plain) } : {}
    console.log(JSON.stringify({ command, machine, edge, set, wallMs, pressure, score, ...each }, null, 2))
    return
  }
  console.log(`${command}\n${machine}`)
  console.log(`${outcomes.length} calls of the ${set} set, ${(wallMs / 1000).toFixed(0)} s, edge ${edge}`)
  for (const { callersLateMs, gatewayLateP99Ms, gatewayCores } of pressure) {
    console.log(
      `event loops late: callers p50 ${callersLateMs.p50.toFixed(1)} ms, p99 ${callersLateMs.p99.toFixed(1)} ms; gateway p99 ${gatewayLateP99Ms.toFixed(1)} ms at ${gatewayCores.toFixed(2)} cores`,
    )
  }
  console.log(`\n${tableOf(linesOf(score, edge))}\n\n${groupTableOf(score.groups)}`)
  if (values.cases) for (const outcome of outcomes) console.log(JSON.stringify(plain(outcome)))
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
