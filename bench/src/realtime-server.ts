/**
 * What Parley's own Realtime server costs: CPU of the gateway for each session, how late deltas come, and how soon the
 * first sound is there after `response.create`.
 *
 *   npx tsc -b bench && node bench/dist/realtime-server.js [--sessions 1,100,300] [--seconds 30] [--json]
 *
 * A gateway of its own process with the scripted agent of the demo; plain sockets in this one, which share the machine's
 * cores with it. Each sends 20 ms of PCM at 24 kHz in an event, all the time, and asks the same question every 15 s,
 * evenly spread, so that the voice has said the answer before.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startGatewayProcess } from './gateway/gateway-process.js'
import { connectRealtimeCaller, type RealtimeCaller } from './realtime-server/realtime-caller.js'

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '1,100,300' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
})
const SECONDS = Number(values.seconds)
const FRAME_MS = 20
/** Between two questions of one caller, in steps of `STEP_MS`. */
const ASK_STEPS = 75
const STEP_MS = 200
const QUESTION = 'When are you open?'

const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
const rows = []
try {
  for (const count of values.sessions.split(',').map(Number)) rows.push(await measureServer(count))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measureServer(sessions: number) {
  const gateway = await startGatewayProcess(join(folder, `of-${sessions}`))
  const callers: RealtimeCaller[] = []
  for (let index = 0; index < sessions; index++) callers.push(await connectRealtimeCaller(gateway.url))
  const stop = keepPace(callers)
  // The first answer makes the sound that the others are given.
  callers[0]?.ask(QUESTION)
  do await sleep(500)
  while (callers[0]?.isBusy === true)

  for (const caller of callers) caller.firstAudioMs.length = caller.lateMs.length = 0
  const answersBefore = callers.map(({ answers }) => answers)
  const heardBefore = callers.reduce((sum, { heardMs }) => sum + heardMs, 0)
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  const cpuBefore = gateway.cpuMs()
  const startedAt = performance.now()
  for (let step = 0; step * STEP_MS < SECONDS * 1_000; step++) {
    for (const [index, caller] of callers.entries())
      if (index % ASK_STEPS === step % ASK_STEPS) caller.ask(QUESTION)
    await sleep(Math.max(0, startedAt + (step + 1) * STEP_MS - performance.now()))
  }
  const wallMs = performance.now() - startedAt
  const cpuMs = gateway.cpuMs() - cpuBefore
  const memoryMb = gateway.memoryMb()
  stop()
  const first = callers.flatMap(({ firstAudioMs }) => firstAudioMs)
  const late = callers.flatMap(({ lateMs }) => lateMs)
  const heardMs = callers.reduce((sum, caller) => sum + caller.heardMs, 0) - heardBefore
  for (const caller of callers) caller.close()
  await gateway.stop()
  return {
    sessions,
    gatewayCores: cpuMs / wallMs,
    cpuUsPerFrame: (cpuMs * 1_000) / ((wallMs / FRAME_MS) * sessions),
    memoryMb,
    answers: callers.reduce((sum, { answers }, index) => sum + answers - (answersBefore[index] ?? 0), 0),
    soundShare: heardMs / wallMs / sessions,
    firstAudioP50Ms: quantile(first, 0.5),
    firstAudioP99Ms: quantile(first, 0.99),
    deltas: late.length,
    lateP50Ms: quantile(late, 0.5),
    lateP99Ms: quantile(late, 0.99),
    lateMaxMs: quantile(late, 1),
    callersLoopP99Ms: loop.percentile(99) / 1e6,
    errors: [...new Set(callers.flatMap(({ errors }) => errors))],
  }
}

/** Gives every caller its turn each 20 ms; those of one frame are spread over it. */
function keepPace(callers: readonly RealtimeCaller[]): () => void {
  const startedAt = performance.now()
  let slots = 0
  const timer = setInterval(() => {
    for (const due = Math.floor(performance.now() - startedAt); slots < due; slots++)
      for (let at = slots % FRAME_MS; at < callers.length; at += FRAME_MS) callers[at]?.tick()
  }, 1)
  return () => clearInterval(timer)
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

const machine = `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`
if (values.json) console.log(JSON.stringify({ machine, seconds: SECONDS, rows }, null, 2))
else {
  console.log(
    `node bench/dist/realtime-server.js --sessions ${values.sessions} --seconds ${SECONDS}\n${machine}\n`,
  )
  console.log(
    'sessions   cores  µs per 20 ms   first audio p50     p99 ms   late p50     p99     max ms  answers  speaking',
  )
  for (const row of rows) {
    const ms = (value: number, width: number) => value.toFixed(1).padStart(width)
    console.log(
      `${String(row.sessions).padStart(8)} ${row.gatewayCores.toFixed(2).padStart(7)} ${ms(row.cpuUsPerFrame, 13)} ${ms(row.firstAudioP50Ms, 17)} ${ms(row.firstAudioP99Ms, 7)} ${ms(row.lateP50Ms, 13)} ${ms(row.lateP99Ms, 7)} ${ms(row.lateMaxMs, 7)} ${String(row.answers).padStart(11)} ${`${(row.soundShare * 100).toFixed(0)} %`.padStart(9)}`,
    )
    for (const text of row.errors) console.log(`         ${text}`)
  }
  console.log(
    '\nCPU is all of the gateway’s: ear, agent, playout and the protocol. Deltas may come as far ahead of their time as there is\nsound; late is what a client that began to play with the first one would have missed.',
  )
}
process.exit(0)
