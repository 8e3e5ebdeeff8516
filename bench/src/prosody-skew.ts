/**
 * How far the agent's face is from its voice: a real gateway and a real Chromium, answers of the embedded voice, one of
 * them interrupted, one gone on with over a new socket.
 *
 *   npm run build && node bench/dist/prosody-skew.js [--answers 6] [--json]
 *
 * The sound is taken beside the loudspeaker, on the sound card's clock; what is shown is asked for each 4 ms, on the page's.
 * The two clocks are joined by what the browser says of both (`getOutputTimestamp`), the middle of 0.8 s. place: the
 * place of the reply that is shown less the one that is heard there, found by likeness of 600 ms of sound. level: by how
 * much the level that is shown lags behind the one that is heard, where the sound is whole. More than 0 is shown too late. What lies beyond the
 * browser (a headset by radio that does not say how late it is) cannot be seen here.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startGatewayProcess } from './gateway/gateway-process.js'
import { type Heard, placeSkewsOf, type ReplyPowers } from './skew/place-skew.js'

/** As much of a browser as is used; the package belongs to the tests. */
interface Chromium {
  launch(options: object): Promise<{
    newContext(options: object): Promise<{ newPage(): Promise<BenchPage> }>
    close(): Promise<void>
  }>
}
interface BenchPage {
  route(pattern: string, answer: (route: Route) => Promise<void>): Promise<void>
  goto(url: string): Promise<unknown>
  evaluate<Value>(script: string): Promise<Value>
}
interface Route {
  request(): { url(): string }
  fulfill(answer: object): Promise<void>
}
interface Probed extends Heard {
  readonly distances: readonly (readonly [number, number])[]
}
interface Probe {
  readonly skewProbe: string
  levelLagsOf(heard: Probed): readonly number[]
  pageClockOf(distances: Probed['distances']): (contextS: number) => number
}

const { values } = parseArgs({
  options: { answers: { type: 'string', default: '6' }, json: { type: 'boolean', default: false } },
})
const root = new URL('../../', import.meta.url)
const client = fileURLToPath(new URL('packages/client/dist/', root))
const probe = (await import(new URL('packages/client/dist/testing/skew-probe.js', root).href)) as Probe
const { chromium } = createRequire(new URL('test/package.json', root))('playwright-core') as {
  chromium: Chromium
}

/** In the page: the SDK with a probe, and the powers of what the gateway sent. */
const start = `async () => {
  const sockets = []
  globalThis.WebSocket = class extends WebSocket {
    constructor(...all) { super(...all); sockets.push(this) }
  }
  const sdk = await import('/sdk/index.js')
  const context = sdk.createAudioContext()
  const client = sdk.createVoiceClient({ url: location.origin, codec: 'pcm16', prosody: {} })
  const replies = {}
  let now
  client.on('audio-begin', ({ reply, fromMs }) => {
    now = { powers: (replies[reply] ??= []), at: Math.round(fromMs * 24), sum: 0 }
  })
  client.on('audio', ({ samples }) => {
    for (const sample of samples) {
      now.sum += (sample / 32768) ** 2
      if (++now.at % 64 === 0) { now.powers[now.at / 64 - 1] = now.sum / 64; now.sum = 0 }
    }
  })
  const player = await sdk.createPlayer({ context, sampleRate: 24000 })
  sdk.playThrough(client, player)
  const counts = { prosody: 0, visemes: 0, cleared: 0, frames: 0, bytes: 0 }
  client.on('message', message => {
    if (message.type in counts) { counts[message.type]++; counts.bytes += JSON.stringify(message).length }
    if (message.type === 'prosody') counts.frames += message.frames.length
  })
  const next = name => new Promise(resolve => { const stop = client.on(name, event => { stop(); resolve(event) }) })
  await client.connect()
  const timeline = sdk.createProsodyTimeline(client, player)
  await next('reply-ended')
  await skewProbe.watch(timeline, context)
  const heardUpTo = ms => new Promise(resolve => {
    const stop = player.on('played', report => { if (report.ms >= ms) { stop(); resolve(report) } })
  })
  globalThis.bench = {
    counts,
    replies,
    ask: async () => { client.sendText('What are your opening hours?'); await next('reply-ended') },
    interrupt: async () => {
      client.sendText('What are your opening hours?')
      await next('reply-started')
      await heardUpTo(900)
      await client.interrupt()
    },
    resume: async () => {
      client.sendText('What are your opening hours?')
      await next('reply-started')
      await heardUpTo(700)
      const socket = sockets.at(-1)
      const closed = socket.onclose
      socket.onmessage = socket.onclose = null
      socket.close(4000)
      const back = next('ready')
      const ended = next('reply-ended')
      closed({ code: 1006, reason: '' })
      await back
      await ended
    },
  }
}`

const folder = mkdtempSync(join(tmpdir(), 'parley-skew-'))
const gateway = await startGatewayProcess(folder)
const path = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  found => found !== undefined && existsSync(found),
)
const browser = await chromium.launch({
  executablePath: path,
  args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--no-first-run'],
})
try {
  const page = await (await browser.newContext({ bypassCSP: true })).newPage()
  await page.route('**/sdk/**', route => {
    const name = new URL(route.request().url()).pathname.slice('/sdk/'.length)
    return route.fulfill({ contentType: 'text/javascript', body: readFileSync(join(client, name), 'utf8') })
  })
  await page.goto(gateway.url)
  await page.evaluate(probe.skewProbe)
  await page.evaluate(`(${start})()`)
  const rows = []
  for (const step of ['ask', 'interrupt', 'ask', 'resume', 'ask'] as const) {
    const times = step === 'ask' ? Math.max(1, Math.round(Number(values.answers) / 3)) : 1
    for (let time = 0; time < times; time++) await page.evaluate(`bench.${step}()`)
  }
  const heard = await page.evaluate<Probed>(
    'new Promise(done => setTimeout(() => done(skewProbe.result()), 500))',
  )
  const replies = await page.evaluate<ReplyPowers>('bench.replies')
  const counts = await page.evaluate<object>('bench.counts')
  rows.push(
    summary('place', placeSkewsOf(heard, replies, probe.pageClockOf(heard.distances))),
    summary('level', probe.levelLagsOf(heard)),
  )
  const machine = { cores: cpus().length, load: loadavg()[0] }
  if (values.json) console.log(JSON.stringify({ rows, counts, machine }))
  else {
    console.table(rows)
    console.log(counts, machine)
  }
} finally {
  await browser.close()
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
}

function summary(what: string, skews: readonly number[]) {
  const off = skews.map(Math.abs).sort((a, b) => a - b)
  const signed = [...skews].sort((a, b) => a - b)
  const of = (row: readonly number[], share: number) =>
    Math.round((row[Math.max(0, Math.ceil(row.length * share) - 1)] ?? Number.NaN) * 10) / 10
  return {
    what,
    count: skews.length,
    median: of(signed, 0.5),
    p50: of(off, 0.5),
    p95: of(off, 0.95),
    most: of(off, 1),
  }
}
