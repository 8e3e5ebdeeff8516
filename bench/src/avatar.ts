/**
 * Pictures a second of `<ProsodyAvatar>` in headless Chromium while the main thread is busy with something else.
 *
 *   npx tsc -b bench && node bench/dist/avatar.js [--seconds 10] [--busy 0.3] [--size 240] [--json]
 *
 * Each case runs in a page of its own, after a warm-up: pictures a second and the time between two by
 * `requestAnimationFrame`; what one face costs to sample, move and draw (the calls only, not what Chromium does with them
 * later); and the tasks of the page's main thread per picture by the browser's own account (`TaskDuration`), less what the
 * same page takes without a face. Headless Chromium has no graphics card here: what is drawn is painted by the processor.
 */
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import { rolldown } from 'rolldown'
import type { PageCase, PageResult } from './avatar/page.js'

interface Row {
  readonly case: string
  readonly perSecond: number
  readonly gapMs: readonly [p50: number, p95: number, p99: number]
  /** Share of pictures that came a whole picture late. */
  readonly lateShare: number
  readonly drawMs: readonly [p50: number, p95: number]
  /** Of the main thread for each picture, ms, all faces together; of the whole page, and without that of an empty one. */
  readonly mainMs: number
  readonly facesMs: number
  readonly rendersPerSecond: number
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    busy: { type: 'string', default: '0.3' },
    size: { type: 'string', default: '240' },
    json: { type: 'boolean', default: false },
  },
})
const forMs = Number(values.seconds) * 1000
const busy = Number(values.busy)
const sizePx = Number(values.size)
const base = { warmUpMs: 1_500, forMs, sizePx }

const cases: readonly PageCase[] = [
  { ...base, avatars: 1, by: 'source', busy: 0 },
  { ...base, avatars: 4, by: 'source', busy: 0 },
  { ...base, avatars: 1, by: 'source', busy },
  { ...base, avatars: 4, by: 'source', busy },
  { ...base, avatars: 4, by: 'props', busy },
  { ...base, avatars: 12, by: 'source', busy },
]

const browser = await openBrowser()
const server = await serve(await bundle())
const rows: Row[] = []
for (const each of cases) rows.push(await measure(each))
await browser.close()
server.close()
if (values.json) console.log(JSON.stringify({ cpu: cpus()[0]?.model, load: loadavg()[0], rows }))
else print()

async function bundle(): Promise<string> {
  const build = await rolldown({
    input: fileURLToPath(new URL('./avatar/page.js', import.meta.url)),
    platform: 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  })
  const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false })
  await build.close()
  return output[0].code
}

function openBrowser(): Promise<Browser> {
  const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const executablePath = process.env.CHROMIUM_PATH ?? known.find(path => existsSync(path))
  if (executablePath === undefined)
    throw new Error('No Chromium found; install the package `chromium` or set CHROMIUM_PATH.')
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

async function serve(code: string) {
  const pages = createServer((request, response) => {
    const script = request.url === '/page.js'
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html')
    response.end(script ? code : '<!doctype html><body style="margin:0">')
  })
  await new Promise<void>(resolve => pages.listen(0, '127.0.0.1', resolve))
  return pages
}

async function measure(what: PageCase): Promise<Row> {
  const empty = await run({ ...what, avatars: 0 })
  const full = await run(what)
  const { gapsMs, drawMs, renders } = full.result
  return {
    case: `${what.avatars} × ${what.by}, ${Math.round(what.busy * 100)} % busy`,
    perSecond: (gapsMs.length * 1000) / forMs,
    gapMs: [at(gapsMs, 0.5), at(gapsMs, 0.95), at(gapsMs, 0.99)],
    lateShare: gapsMs.filter(gap => gap > 25).length / gapsMs.length,
    drawMs: [at(drawMs, 0.5), at(drawMs, 0.95)],
    mainMs: full.mainMs,
    facesMs: full.mainMs - empty.mainMs,
    rendersPerSecond: (renders * 1000) / forMs,
  }
}

/** With the main thread's tasks per picture, ms. */
async function run(what: PageCase): Promise<{ readonly result: PageResult; readonly mainMs: number }> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 760 } })
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const devtools = await page.context().newCDPSession(page)
    // Time on a processor, which other programs of the machine do not lengthen.
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
    const taskSeconds = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics')
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
    }
    await page.evaluate(`import('/page.js').then(async page => {
      globalThis.measure = await page.begin(${JSON.stringify(what)})
    })`)
    const before = await taskSeconds()
    const result: PageResult = await page.evaluate('measure()')
    const after = await taskSeconds()
    return { result, mainMs: ((after - before) * 1000) / Math.max(1, result.gapsMs.length) }
  } finally {
    await page.close()
  }
}

function at(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function print(): void {
  const n = (value: number, digits = 1) => value.toFixed(digits)
  console.log(
    `${cpus()[0]?.model}, ${cpus().length} cores, load ${n(loadavg()[0] ?? 0)}; ${sizePx} px, ${values.seconds} s each\n`,
  )
  console.log(
    '| case | pictures/s | gap p50 / p95 / p99 ms | late | one face p50 / p95 ms | main thread, faces ms/picture | renders/s |',
  )
  console.log('|---|---|---|---|---|---|---|')
  for (const row of rows) {
    const cells = [
      row.case,
      n(row.perSecond),
      row.gapMs.map(gap => n(gap)).join(' / '),
      `${n(row.lateShare * 100)} %`,
      row.drawMs.map(ms => n(ms, 2)).join(' / '),
      `${n(row.mainMs, 2)}, ${n(row.facesMs, 2)}`,
      n(row.rendersPerSecond),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
