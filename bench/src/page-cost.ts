/**
 * What talking costs a page: pictures, long tasks and time of the main thread, with a real gateway and a person at the
 * microphone (a recording and a pause, over and over), while typed questions are answered aloud.
 *
 *   npm run build && node bench/dist/page-cost.js [--seconds 20] [--json]
 *
 * Cases: a page with nothing but a voice (`createVoice`), idle, talking by PCM16 and by Opus; the console, idle and talking,
 * which draws the conversation, its levels and the agent's face as well. Idle is the same page before anything begins. The
 * audio thread and the codecs run beside the main thread and are not in it. Headless Chromium has no graphics card here:
 * what is drawn is painted by the processor, and pictures come late where the machine has other work (its load is said).
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeWav } from '@parley/audio'
import { readWavFile } from '@parley/audio/node'
import { type Browser, chromium, type Page } from 'playwright-core'
import { startGatewayProcess } from './gateway/gateway-process.js'
import { measurePage, type PageCost } from './page-cost/measure-page.js'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, json: { type: 'boolean', default: false } },
})
const forMs = Number(values.seconds) * 1000
const root = fileURLToPath(new URL('../../', import.meta.url))
const speech = join(root, 'fixtures/audio/clips/en-info-about-last-call.wav')
const PAUSE_S = 5
/** A machine with other work is slow to begin. */
const PATIENCE_MS = 120_000
const QUESTION = 'What are your opening hours?'

/** In the page: a voice that talks, and asks again once it was answered. */
const talk = `async ({ codec, question }) => {
  const map = document.createElement('script')
  map.type = 'importmap'
  map.textContent = JSON.stringify({ imports: {
    '@parley/protocol/sframe': '/sdk/protocol/sframe/index.js',
    '@parley/protocol/socketio-events': '/sdk/protocol/socketio/server-events.js',
  } })
  document.head.append(map)
  const { createVoice } = await import('/sdk/client/index.js')
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  const voice = createVoice({ url: location.origin, codec, ...plain })
  globalThis.voice = voice
  await voice.start()
  const ask = () => voice.snapshot().status === 'live' && voice.sendText(question)
  setInterval(ask, 4_000)
  ask()
}`

interface Row extends PageCost {
  readonly case: string
  /** Of the machine, of the last minute. */
  readonly load: number
}

const dataDir = mkdtempSync(join(tmpdir(), 'parley-page-cost-'))
const microphone = join(dataDir, 'microphone.wav')
const { samples, sampleRate } = await readWavFile(speech)
const said = new Int16Array(samples.length + sampleRate * PAUSE_S)
said.set(samples)
writeFileSync(microphone, writeWav({ samples: said, sampleRate }))
const gateway = await startGatewayProcess(dataDir)
const browser = await openBrowser()
const rows: Row[] = []
try {
  await voiceCase('createVoice, PCM16', 'pcm16')
  await voiceCase('createVoice, Opus', 'opus')
  await consoleCase()
} finally {
  await browser.close()
  await gateway.stop()
  rmSync(dataDir, { recursive: true, force: true })
}
if (values.json) console.log(JSON.stringify({ cpu: cpus()[0]?.model, cores: cpus().length, rows }))
else print()

async function voiceCase(name: string, codec: string): Promise<void> {
  const page = await openPage()
  await page.route('**/sdk/**', async route => {
    const [, folder = '', ...rest] = new URL(route.request().url()).pathname.slice(1).split('/')
    const body = readFileSync(join(root, 'packages', folder, 'dist', ...rest))
    await route.fulfill({ contentType: 'text/javascript', body })
  })
  // The gateway's own answer is the page, as Chromium asks of pages that call the machine they run on.
  await page.goto(`${gateway.url}/health`)
  if (rows.length === 0) await measure('createVoice, idle', page)
  await page.evaluate(`(${talk})(${JSON.stringify({ codec, question: QUESTION })})`)
  await page.waitForFunction('voice.snapshot().agentSpeaking', undefined, { timeout: PATIENCE_MS })
  await measure(`${name}, talking`, page)
  await page.close()
}

async function consoleCase(): Promise<void> {
  const page = await openPage()
  await page.goto(gateway.url)
  await page.getByRole('button', { name: 'Talk', exact: true }).waitFor()
  await measure('console, idle', page)
  await page.getByRole('button', { name: 'Talk', exact: true }).click()
  await page.getByRole('button', { name: 'End', exact: true }).waitFor({ timeout: PATIENCE_MS })
  const field = page.getByRole('textbox', { name: 'Type instead of talking' })
  const asking = setInterval(() => {
    field.fill(QUESTION).then(
      () => field.press('Enter'),
      () => {},
    )
  }, 4_000)
  await page.locator('.entry[data-by="agent"]').first().waitFor({ timeout: PATIENCE_MS })
  await measure('console, talking', page)
  clearInterval(asking)
  await page.close()
}

async function measure(name: string, page: Page): Promise<void> {
  rows.push({ case: name, ...(await measurePage(page, forMs)), load: loadavg()[0] ?? Number.NaN })
}

async function openPage(): Promise<Page> {
  const profile = await browser.newContext({ bypassCSP: true, locale: 'en-GB' })
  return profile.newPage()
}

function openBrowser(): Promise<Browser> {
  const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const executablePath = process.env.CHROMIUM_PATH ?? known.find(path => existsSync(path))
  if (executablePath === undefined)
    throw new Error('No Chromium found; install the package `chromium` or set CHROMIUM_PATH.')
  const args = [
    '--no-sandbox',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${microphone}`,
    '--autoplay-policy=no-user-gesture-required',
  ]
  return chromium.launch({ executablePath, args })
}

function print(): void {
  const n = (value: number, digits = 1) => value.toFixed(digits)
  console.log(`${cpus()[0]?.model}, ${cpus().length} cores; ${values.seconds} s each\n`)
  console.log(
    '| page | pictures/s | gap p50 / p95 / p99 ms | long tasks a minute, longest ms | main thread ms/s | of it scripts | load |',
  )
  console.log('|---|---|---|---|---|---|---|')
  for (const row of rows) {
    const cells = [
      row.case,
      n(row.picturesPerSecond),
      row.gapMs.map(gap => n(gap)).join(' / '),
      `${n(row.longTasksPerMinute)}, ${n(row.longestTaskMs, 0)}`,
      n(row.mainMsPerSecond),
      n(row.scriptMsPerSecond),
      n(row.load),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
