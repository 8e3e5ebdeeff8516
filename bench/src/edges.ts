/**
 * What each way of a page into the gateway costs, alone: delay from the microphone to the gateway and from the gateway to the
 * loudspeaker, from a barge-in to silence there, bytes a minute, CPU of the gateway.
 *
 *   npm run build && node bench/dist/edges.js [--times 50] [--edge webrtc] [--json]
 *
 * A real Chromium and the edges in a process of their own, on one machine, over loopback. The microphone gives bursts at known
 * times, the loudspeaker is listened to beside the page; sound cards and networks come on top. The session behind the edge
 * cuts at the first frame that is loud: what judging a barge-in takes is not in it, nor are recogniser, model and voice. The
 * bytes are those of TCP's payload, and of UDP's for WebRTC, while the caller is silent and the agent speaks half of the time.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import type { FromEdge, ToEdge } from './edges/edge-gateway.js'
import type { EdgeWish } from './edges/page.js'

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '50' },
    edge: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const TIMES = Number(values.times)
const LOAD_MS = 20_000

const edges = {
  'WebSocket, PCM16': { edge: 'pcm' },
  'WebSocket, Opus': { edge: 'opus' },
  'WebSocket, sealed PCM16': { edge: 'sealed' },
  'Socket.IO, chunks of 2048': { edge: 'socketio', chunkSize: 2_048 },
  'Socket.IO, chunks of 320': { edge: 'socketio', chunkSize: 320 },
  WebRTC: { edge: 'webrtc' },
} as const satisfies Record<string, Partial<EdgeWish>>

interface BenchNames {
  readonly bench: {
    begin(wish: EdgeWish): Promise<void>
    burst(): Promise<number>
    readonly ear: { readonly loudAt: number[]; readonly silentAt: number[] }
    rtcBytes(): Promise<{ readonly sent: number; readonly received: number }>
  }
}
declare const bench: BenchNames['bench']

const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
const local = (path: string) => fileURLToPath(new URL(path, import.meta.url))

async function bundle(input: string): Promise<string> {
  const build = await rolldown({ input, platform: 'browser' })
  const { output } = await build.generate({ format: 'esm', codeSplitting: false })
  await build.close()
  return output[0].code
}

const script = await bundle(local('edges/page.js'))
const worklet = await bundle(local('../../packages/client/dist/worklet/audio-worklet-processor.js'))

interface Edge {
  readonly url: string
  readonly pin: string
  /** Everything it told, in order. */
  readonly told: FromEdge[]
  tell(message: ToEdge): void
  count(): Promise<Extract<FromEdge, { told: 'counted' }>>
  close(): void
}

async function openEdge(): Promise<Edge> {
  const child: ChildProcess = fork(local('edges/edge-gateway.js'))
  const told: FromEdge[] = []
  const next = <Told extends FromEdge['told']>(what: Told) =>
    new Promise<Extract<FromEdge, { told: Told }>>(resolve => {
      const take = (message: FromEdge) => {
        if (message.told !== what) return
        child.off('message', take)
        resolve(message as Extract<FromEdge, { told: Told }>)
      }
      child.on('message', take)
    })
  child.on('message', (message: FromEdge) => told.push(message))
  const { url, pin } = await next('listening')
  const tell = (message: ToEdge) => void child.send(message)
  return {
    ...{ url, pin, told, tell },
    count() {
      const counted = next('counted')
      tell({ do: 'count' })
      return counted
    },
    close: () => void child.kill(),
  }
}

async function openPage(browser: Browser, edge: Edge): Promise<Page> {
  edge.tell({ do: 'serve', scripts: { '/page.js': script, '/audio-worklet-processor.js': worklet } })
  const page = await browser.newPage()
  await page.goto(`${edge.url}/`)
  await page.waitForFunction(() => 'bench' in globalThis)
  return page
}

const timesOf = (edge: Edge, what: 'heard' | 'said' | 'cut') =>
  edge.told.flatMap(each => (each.told === what ? [each.atMs] : []))

/** The first of `later` after `at`, within a second. */
function delayTo(at: number, later: readonly number[]): number[] {
  const found = later.find(each => each > at - 100 && each < at + 900)
  return found === undefined ? [] : [found - at]
}

async function measure(browser: Browser, name: keyof typeof edges) {
  const edge = await openEdge()
  const page = await openPage(browser, edge)
  const wish: EdgeWish = { chunkSize: 2_048, ...edges[name], url: edge.url, pin: edge.pin }
  await page.evaluate(given => bench.begin(given), wish)
  await pause(2_000)

  const bursts: number[] = []
  for (let count = 0; count < TIMES; count++) {
    bursts.push(await page.evaluate(() => bench.burst()))
    await pause(1_003)
  }
  const heard = timesOf(edge, 'heard')
  const up = bursts.flatMap(at => delayTo(at, heard))

  for (let count = 0; count < TIMES; count++) {
    edge.tell({ do: 'say', ms: 200, interruptible: false })
    await pause(703)
  }
  const loud = await page.evaluate(() => bench.ear.loudAt)
  const down = timesOf(edge, 'said').flatMap(at => delayTo(at, loud))

  const silence: number[] = []
  for (let count = 0; count < TIMES / 2; count++) {
    edge.tell({ do: 'say', ms: 3_000, interruptible: true })
    await pause(701)
    const at = await page.evaluate(() => bench.burst())
    await pause(1_000)
    silence.push(...delayTo(at, await page.evaluate(() => bench.ear.silentAt)))
  }

  const before = await edge.count()
  const rtcBefore = await page.evaluate(() => bench.rtcBytes())
  for (let passed = 0; passed < LOAD_MS; passed += 4_000) {
    edge.tell({ do: 'say', ms: 2_000, interruptible: false })
    await pause(4_000)
  }
  const after = await edge.count()
  const rtcAfter = await page.evaluate(() => bench.rtcBytes())
  const perMinute = (amount: number) => (amount * 60_000) / LOAD_MS
  const result = {
    edge: name,
    upMs: spread(up),
    downMs: spread(down),
    silenceMs: spread(silence),
    upKb: perMinute(after.inBytes - before.inBytes + rtcAfter.sent - rtcBefore.sent) / 1_000,
    downKb: perMinute(after.outBytes - before.outBytes + rtcAfter.received - rtcBefore.received) / 1_000,
    cpuMs: perMinute(after.cpuMs - before.cpuMs),
  }
  await page.close()
  edge.close()
  return result
}

function spread(figures: readonly number[]) {
  const sorted = [...figures].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  return { p50: at(0.5), p99: at(0.99), count: sorted.length }
}

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required'],
})
const rows = []
const load = loadavg()[0]
for (const name of Object.keys(edges) as (keyof typeof edges)[])
  if (values.edge === undefined || edges[name].edge === values.edge) rows.push(await measure(browser, name))
await browser.close()

const machine = `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, load ${load?.toFixed(1)}`
if (values.json) console.log(JSON.stringify({ machine, times: TIMES, rows }, null, 2))
else {
  console.log(`node bench/dist/edges.js --times ${TIMES}\n${machine}\n`)
  console.log(
    '                            microphone→gateway    gateway→ear    barge-in→silence   kB a minute    CPU ms',
  )
  console.log(
    'edge                              p50    p99       p50    p99       p50    p99      up    down  a minute',
  )
  const ms = (figure: number | undefined) => (figure === undefined ? '–' : figure.toFixed(0)).padStart(6)
  for (const { edge, upMs, downMs, silenceMs, upKb, downKb, cpuMs } of rows)
    console.log(
      `${edge.padEnd(30)} ${ms(upMs.p50)} ${ms(upMs.p99)}    ${ms(downMs.p50)} ${ms(downMs.p99)}    ${ms(silenceMs.p50)} ${ms(silenceMs.p99)}  ${ms(upKb)}  ${ms(downKb)}  ${ms(cpuMs)}`,
    )
}
process.exit(0)
