/**
 * How many phone calls one gateway holds: calls that come in from a simulated carrier in this process to a gateway in its
 * own, with the scripted agent, voice detection and recording on. What is measured is what a caller's ear gets.
 *
 *   npx tsc -b bench && node bench/dist/calls-held.js [--calls 50,100] [--seconds 30] [--arrival-ms 250] [--agent file.yaml] [--json]
 *
 * Callers interrupt after 1.2 s of the agent, rest 8 s, speak again. Both processes share the machine's cores.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadResampling } from '@parley/audio'
import { readWavFile } from '@parley/audio/node'
import { systemClock } from '@parley/core'
import { connectSocket, openCarrierSim, seededRandom } from '@parley/sim'
import { createFarCaller, type FarCaller } from './calls/far-caller.js'
import { measureLine } from './calls/stream-lateness.js'
import { type GatewayProcess, startGatewayProcess } from './gateway/gateway-process.js'

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '50,100' },
    seconds: { type: 'string', default: '30' },
    'arrival-ms': { type: 'string', default: '250' },
    agent: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const counts = values.calls.split(',').map(Number)
const SECONDS = Number(values.seconds)
const LINE_RATE = 8_000
const GATEWAY_NUMBER = '+12025550100'
/** Between two calls that come in. */
const ARRIVAL_MS = Number(values['arrival-ms'])

interface Held {
  readonly calls: number
  readonly connected: number
  readonly streamsEnded: number
  readonly frames: number
  readonly lateP50Ms: number
  readonly lateP99Ms: number
  readonly firstWordP50Ms: number
  readonly firstWordP95Ms: number
  readonly interruptions: number
  readonly silencedP50Ms: number
  readonly silencedP95Ms: number
  /** Of the gateway, for each call and second of talk, µs. */
  readonly cpuMicrosPerCallSecond: number
  /** Memory that each call added, bytes, and what went over its socket in a second. */
  readonly memoryBytesPerCall: number
  readonly wireBytesPerCallSecond: number
}

const folder = mkdtempSync(join(tmpdir(), 'parley-calls-'))
try {
  const speech = await humanVoice('en-info-about-last-call.wav')
  const held: Held[] = []
  for (const calls of counts) held.push(await hold(calls, speech))
  report(held)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function hold(calls: number, speech: Int16Array): Promise<Held> {
  const late: number[] = []
  const bytes = { sum: 0 }
  const carrier = await openCarrierSim({
    clock: systemClock,
    random: seededRandom(calls),
    dialect: 'twilio',
    keepHeardMs: 0,
    connect: async (order, signal) => measureLine(await connectSocket(order, signal), late, bytes),
  })
  const gateway = await gatewayFor(carrier, calls)
  try {
    carrier.number(GATEWAY_NUMBER, {
      voiceUrl: `${gateway.url}/v1/phone/twilio/answer`,
      statusUrl: `${gateway.url}/v1/phone/twilio/status`,
    })
    const idleMb = gateway.memoryMb()
    const callers: FarCaller[] = []
    for (let index = 0; index < calls; index++) {
      const caller = createFarCaller({ speech, patienceMs: 1_200 })
      callers.push(caller)
      const from = `+1555${String(2_000_000 + index)}`
      carrier.call({ from, to: GATEWAY_NUMBER, who: () => caller.party })
      await sleep(ARRIVAL_MS)
    }
    // What is measured is holding, not arriving.
    late.length = 0
    bytes.sum = 0
    const cpuBefore = gateway.cpuMs()
    const beganMs = performance.now()
    await sleep(SECONDS * 1_000)
    const seconds = (performance.now() - beganMs) / 1_000
    const cpuMs = gateway.cpuMs() - cpuBefore
    const memoryMb = gateway.memoryMb() - idleMb
    const talking = carrier.calls.filter(({ status }) => status === 'in-progress').length
    const streamsEnded = carrier.calls.filter(({ events }) =>
      events.some(({ kind }) => kind === 'stream-over' || kind === 'error'),
    ).length
    for (const complaint of carrier.complaints.slice(0, 5)) console.error(complaint)
    for (const caller of callers) caller.hangUp()
    const first = callers.flatMap(({ firstHeardMs }) => firstHeardMs ?? [])
    const silenced = callers.flatMap(({ silencedMs }) => silencedMs)
    return {
      calls,
      connected: talking,
      streamsEnded,
      frames: late.length,
      lateP50Ms: quantile(late, 0.5),
      lateP99Ms: quantile(late, 0.99),
      firstWordP50Ms: quantile(first, 0.5),
      firstWordP95Ms: quantile(first, 0.95),
      interruptions: silenced.length,
      silencedP50Ms: quantile(silenced, 0.5),
      silencedP95Ms: quantile(silenced, 0.95),
      cpuMicrosPerCallSecond: (cpuMs * 1_000) / (calls * seconds),
      memoryBytesPerCall: (memoryMb * 1_000_000) / calls,
      wireBytesPerCallSecond: bytes.sum / (calls * seconds),
    }
  } finally {
    await gateway.stop()
    await carrier.close()
  }
}

/** A gateway whose carrier is the simulated one. Its own address is needed before it listens: signatures are over it. */
async function gatewayFor(
  carrier: { readonly baseUrl: string; readonly account: string; readonly authToken: string },
  calls: number,
): Promise<GatewayProcess> {
  const port = await freePort()
  return startGatewayProcess(join(folder, `calls-${calls}`), {
    PORT: String(port),
    HOST: '127.0.0.1',
    PARLEY_PUBLIC_URL: `http://127.0.0.1:${port}`,
    PARLEY_CARRIER: 'twilio',
    PARLEY_RECORD_CALLS: 'true',
    PARLEY_RECORDINGS_DIR: join(folder, `recordings-${calls}`),
    TWILIO_BASE_URL: carrier.baseUrl,
    TWILIO_ACCOUNT_SID: carrier.account,
    TWILIO_AUTH_TOKEN: carrier.authToken,
    ...(values.agent === undefined ? {} : { PARLEY_AGENT: values.agent }),
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function humanVoice(name: string): Promise<Int16Array> {
  const clips = fileURLToPath(new URL('../../fixtures/audio/clips/', import.meta.url))
  const wav = await readWavFile(join(clips, name))
  const resampler = (await loadResampling()).create({ fromRate: wav.sampleRate, toRate: LINE_RATE })
  const samples = resampler.process(wav.samples).slice()
  resampler.close()
  return samples
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function report(held: readonly Held[]): void {
  if (values.json) return console.log(JSON.stringify(held, null, 2))
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}, ${SECONDS} s, a call each ${ARRIVAL_MS} ms`,
  )
  for (const one of held) {
    const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`
    console.log(`
${one.calls} calls (${one.connected} held to the end, ${one.streamsEnded} lost their stream)
  frames late       p50 ${ms(one.lateP50Ms)}, p99 ${ms(one.lateP99Ms)} (${one.frames} pieces)
  answer to word    p50 ${ms(one.firstWordP50Ms)}, p95 ${ms(one.firstWordP95Ms)}
  barge-in to quiet p50 ${ms(one.silencedP50Ms)}, p95 ${ms(one.silencedP95Ms)} (${one.interruptions})
  gateway CPU       ${one.cpuMicrosPerCallSecond.toFixed(0)} µs for a call and second
  memory            ${(one.memoryBytesPerCall / 1_000).toFixed(0)} kB for a call
  wire              ${(one.wireBytesPerCallSecond / 1_000).toFixed(1)} kB for a call and second`)
  }
}
