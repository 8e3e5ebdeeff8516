/**
 * What a gateway on embedded defaults does on this machine: start to listening, first audio after the end of speech
 * by stage, memory per session, and 100 sessions at real-time pace with the lateness of the agent's frames.
 *
 *   npx tsc -b bench && node bench/dist/gateway.js [--sessions 100] [--seconds 30] [--json]
 *
 * Callers run in this process beside the gateway's, so both share the machine's cores. In the load every caller sends
 * audio all the time and says one utterance of a human voice every 20 s, evenly spread.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadResampling } from '@parley/audio'
import { readWavFile } from '@parley/audio/node'
import { type BenchCaller, CALLER_RATE, connectCaller, keepPace } from './gateway/bench-caller.js'
import { startGatewayProcess } from './gateway/gateway-process.js'

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
})
const SESSIONS = Number(values.sessions)
const SECONDS = Number(values.seconds)
const SPEAK_EVERY_S = 20
const STARTS = 5
const TURNS = 12

const clips = fileURLToPath(new URL('../../fixtures/audio/clips/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
try {
  const recording = await humanVoice('en-info-about-last-call.wav')
  const starts = await measureStarts()
  const turns = await measureTurns(recording)
  const load = await measureLoad(recording)
  report({ starts, turns, load })
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function humanVoice(name: string): Promise<Buffer> {
  const wav = await readWavFile(join(clips, name))
  const resampler = (await loadResampling()).create({ fromRate: wav.sampleRate, toRate: CALLER_RATE })
  const samples = resampler.process(wav.samples).slice()
  resampler.close()
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
}

/** Fresh: a new data folder. Again: the folder of the start before. */
async function measureStarts() {
  const fresh: number[] = []
  const again: number[] = []
  for (let round = 0; round < STARTS; round++) {
    const dataDir = join(folder, `start-${round}`)
    for (const into of [fresh, again]) {
      const gateway = await startGatewayProcess(dataDir)
      into.push(gateway.startMs)
      await gateway.stop()
    }
  }
  return { freshP50Ms: quantile(fresh, 0.5), againP50Ms: quantile(again, 0.5) }
}

/** One caller, one utterance after the other. */
async function measureTurns(recording: Buffer) {
  const gateway = await startGatewayProcess(join(folder, 'turns'))
  const caller = await connectCaller(gateway.url)
  const stop = keepPace([caller])
  await caller.next(({ type }) => type === 'reply-ended')
  for (let turn = 0; turn < TURNS; turn++) {
    caller.speak(recording)
    await caller.next(({ type }) => type === 'reply-ended')
    await sleep(300)
  }
  stop()
  caller.close()
  await gateway.stop()
  const totals = caller.ledgers.map(({ totalMs }) => totalMs)
  const names = [...new Set(caller.ledgers.flatMap(({ stages }) => stages.map(({ stage }) => stage)))]
  const stages = names.map(stage => {
    const times = caller.ledgers.flatMap(ledger =>
      ledger.stages.filter(each => each.stage === stage).map(({ durationMs }) => durationMs),
    )
    return { stage, p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95) }
  })
  const unattributed = Math.max(
    ...caller.ledgers.map(({ totalMs, unattributedMs }) => Math.abs(unattributedMs) / totalMs),
  )
  return {
    turns: totals.length,
    firstAudioP50Ms: quantile(totals, 0.5),
    firstAudioP95Ms: quantile(totals, 0.95),
    stages,
    unattributedMaxPercent: unattributed * 100,
  }
}

async function measureLoad(recording: Buffer) {
  const gateway = await startGatewayProcess(join(folder, 'load'))
  await sleep(1_000)
  const emptyMb = gateway.memoryMb()
  const callers: BenchCaller[] = []
  for (let index = 0; index < SESSIONS; index++) callers.push(await connectCaller(gateway.url))
  await sleep(8_000)
  const idleMb = gateway.memoryMb()

  for (const caller of callers) caller.lateMs.length = 0
  const stop = keepPace(callers)
  const ownLoop = monitorEventLoopDelay({ resolution: 1 })
  ownLoop.enable()
  const cpuBefore = gateway.cpuMs()
  const startedAt = performance.now()
  for (let second = 0; second < SECONDS; second++) {
    for (const [index, caller] of callers.entries()) {
      if (index % SPEAK_EVERY_S === second % SPEAK_EVERY_S) caller.speak(recording)
    }
    await sleep(1_000)
  }
  const wallMs = performance.now() - startedAt
  const cores = (gateway.cpuMs() - cpuBefore) / wallMs
  const activeMb = gateway.memoryMb()
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
  const loopP99S = Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(metrics)?.[1])
  stop()
  const late = callers.flatMap(({ lateMs }) => lateMs)
  const ledgers = callers.flatMap(caller => caller.ledgers.map(({ totalMs }) => totalMs))
  for (const caller of callers) caller.close()
  await gateway.stop()
  return {
    sessions: SESSIONS,
    seconds: SECONDS,
    emptyMb,
    idleMbPerSession: (idleMb - emptyMb) / SESSIONS,
    activeMbPerSession: (activeMb - emptyMb) / SESSIONS,
    gatewayCores: cores,
    gatewayLoopP99Ms: loopP99S * 1000,
    callersLoopP99Ms: ownLoop.percentile(99) / 1e6,
    agentFrames: late.length,
    lateP50Ms: quantile(late, 0.5),
    lateP99Ms: quantile(late, 0.99),
    lateMaxMs: Math.max(0, ...late),
    answers: ledgers.length,
    firstAudioP50Ms: quantile(ledgers, 0.5),
    firstAudioP95Ms: quantile(ledgers, 0.95),
  }
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

interface Report {
  readonly starts: Awaited<ReturnType<typeof measureStarts>>
  readonly turns: Awaited<ReturnType<typeof measureTurns>>
  readonly load: Awaited<ReturnType<typeof measureLoad>>
}

function report({ starts, turns, load }: Report): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`
  if (values.json) return console.log(JSON.stringify({ machine, starts, turns, load }, null, 2))
  const ms = (value: number) => `${value.toFixed(0)} ms`
  console.log(`node bench/dist/gateway.js\n${machine}\n`)
  console.log(
    `start to listening   fresh folder ${ms(starts.freshP50Ms)}, again ${ms(starts.againP50Ms)} (p50 of ${STARTS})`,
  )
  console.log(
    `first audio after the last voiced sample   p50 ${ms(turns.firstAudioP50Ms)}, p95 ${ms(turns.firstAudioP95Ms)} (${turns.turns} turns, one caller)`,
  )
  for (const { stage, p50Ms, p95Ms } of turns.stages) {
    console.log(`  ${stage.padEnd(14)} p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms`)
  }
  console.log(`  unattributed   at most ${turns.unattributedMaxPercent.toFixed(2)} %`)
  console.log(
    `memory   empty ${load.emptyMb.toFixed(0)} MB; per session idle ${load.idleMbPerSession.toFixed(2)} MB, active ${load.activeMbPerSession.toFixed(2)} MB`,
  )
  console.log(
    `${load.sessions} sessions for ${load.seconds} s   ${load.gatewayCores.toFixed(2)} cores; event loop late p99 ${ms(load.gatewayLoopP99Ms)} (callers’ own ${ms(load.callersLoopP99Ms)}); ${load.agentFrames} agent frames, late p50 ${ms(load.lateP50Ms)}, p99 ${ms(load.lateP99Ms)}, max ${ms(load.lateMaxMs)}; ${load.answers} answers, first audio p50 ${ms(load.firstAudioP50Ms)}, p95 ${ms(load.firstAudioP95Ms)}`,
  )
}
