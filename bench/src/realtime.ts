/**
 * What the bridge to a Realtime model adds: delay each way and CPU, beside a direct connection and the vendor's SDK.
 *
 *   npx tsc -b bench && node bench/dist/realtime.js [--seconds 10] [--sessions 1,100,300] [--clients direct,engine] [--json]
 *
 * The far end is one process that answers in real time; all clients run one after another in this one, against the same
 * far end, each with sound both ways at real-time pace and events of 20 ms. Delay is the age of sound: stamped where
 * it leaves, read where it comes. CPU is that of this process without what the measurement itself takes. `engine` is
 * Parley's engine and adapter, `session` the same inside a whole session with its voice detector and its playout.
 */

import { cpus, loadavg } from 'node:os'
import { type OpenClient, openAgentsSdk, openDirect, openEngine } from './realtime/clients.js'
import { startFarProcess } from './realtime/far-process.js'
import { type Figures, measure } from './realtime/measure.js'
import { openSession } from './realtime/session-client.js'

const option = (name: string, otherwise: string) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise)
}
const seconds = Number(option('--seconds', '10'))
const counts = option('--sessions', '1,100,300').split(',').map(Number)

const clients: Readonly<Record<string, OpenClient>> = {
  direct: openDirect,
  engine: openEngine,
  session: openSession,
  'agents SDK': openAgentsSdk,
}

const wanted = option('--clients', Object.keys(clients).join(',')).split(',')

const rows: ({ readonly sessions: number; readonly client: string } & Figures)[] = []
const far = await startFarProcess()
for (const sessions of counts) {
  const own = await measure({ sessions, seconds: Math.min(seconds, 5), far, open: undefined })
  for (const [client, open] of Object.entries(clients).filter(([name]) => wanted.includes(name))) {
    const figures = await measure({ sessions, seconds, far, open })
    rows.push({ sessions, client, ...figures, cpuUs: figures.cpuUs - own.cpuUs })
  }
}
await far.stop()

const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  load: loadavg()[0]?.toFixed(2) ?? '',
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ machine, seconds, rows }, null, 2))
else {
  console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load ${machine.load}\n`)
  console.log(
    'sessions  client       up p50     p99   down p50     p99  late p99 ms   µs per 20 ms   to direct',
  )
  for (const { sessions, client, upMs, downMs, lateMs, cpuUs } of rows) {
    const direct = rows.find(row => row.sessions === sessions && row.client === 'direct')?.cpuUs ?? Number.NaN
    const delays = [upMs.p50, upMs.p99, downMs.p50, downMs.p99, lateMs.p99].map(ms =>
      ms.toFixed(2).padStart(8),
    )
    console.log(
      `${String(sessions).padStart(8)}  ${client.padEnd(11)}${delays.join(' ')} ${cpuUs.toFixed(1).padStart(15)} ${(cpuUs / direct).toFixed(2).padStart(11)}`,
    )
  }
  console.log(
    '\ndown: age of the first sound of a delta of 100 ms when the client, or the session’s leg, has it. late: each 20 ms of it\nagainst its own moment on the far end’s line. A session hands an answer on as it comes while its leg is less than 200 ms\nahead, else on its beat of 20 ms: the first sound of a delta may wait for one beat, the rest is on time. It leaves no\nsound out: here, where the far end has none to spare, a stall of this process stays in both figures to the end.',
  )
}
process.exit(0)
