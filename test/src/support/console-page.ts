import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWav } from '@parley/audio'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { recording } from './human-speech.js'
import { temporaryFolder } from './temporary-folder.js'

const RATE = 16_000
const chromiums = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A browser whose microphone is a person who says the recordings once, each after a pause, and then is silent. */
export async function browserThatHears(said: readonly (string | number)[]): Promise<Browser> {
  return launch([...(await microphoneThatSays(said)), '--use-fake-ui-for-media-stream'])
}

/** The same, but pages have to be allowed the microphone, by Chromium's own permissions. */
export async function browserThatAsks(said: readonly (string | number)[]): Promise<Browser> {
  return launch(await microphoneThatSays(said))
}

/** One without microphone and loudspeaker, as the machine of the tests has none. */
export function browserWithoutDevices(): Promise<Browser> {
  return launch([])
}

async function microphoneThatSays(said: readonly (string | number)[]): Promise<string[]> {
  const file = `--use-file-for-fake-audio-capture=${await wavOf(said)}%noloop`
  return ['--use-fake-device-for-media-stream', file]
}

export type Permission = 'granted' | 'denied' | 'prompt'

/**
 * How Chromium answers this page from now on, when it asks for the microphone; `prompt` is a question that nobody answers, which
 * counts as dismissed here. It is forgotten where its session is detached, so that stays until the browser is closed.
 */
export async function microphonePermission(page: Page): Promise<(setting: Permission) => Promise<void>> {
  const { targetInfo } = await (await page.context().newCDPSession(page)).send('Target.getTargetInfo')
  const devtools = await page.context().browser()?.newBrowserCDPSession()
  return async setting => {
    await devtools?.send('Browser.setPermission', {
      origin: new URL(page.url()).origin,
      permission: { name: 'microphone' },
      setting,
      ...(targetInfo.browserContextId === undefined ? {} : { browserContextId: targetInfo.browserContextId }),
    })
  }
}

async function launch(more: readonly string[]): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? chromiums.find(existsSync)
  if (executablePath === undefined)
    throw new Error('No Chromium found; install the package `chromium` or set CHROMIUM_PATH.')
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      ...more,
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

/** Recordings by name and pauses in ms, as one WAV file. */
async function wavOf(said: readonly (string | number)[]): Promise<string> {
  const parts = await Promise.all(
    said.map(async part =>
      typeof part === 'number' ? new Int16Array((part * RATE) / 1000) : (await recording(part)).samples,
    ),
  )
  const samples = Int16Array.from(parts.flatMap(part => [...part]))
  const path = join(temporaryFolder(), 'said.wav')
  writeFileSync(path, writeWav({ sampleRate: RATE, samples }))
  return path
}

export interface ConsolePage {
  readonly page: Page
  /** Errors of the page and of its console, refusals by the content security policy among them. */
  readonly faults: readonly string[]
  close(): Promise<void>
}

/** The page at `url`, in a profile of its own. Console errors like `failing` are no faults. */
export async function openConsole(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { readonly failing?: RegExp } = {},
): Promise<ConsolePage> {
  const { failing, ...context } = options
  const profile = await browser.newContext({ locale: 'en-GB', ...context })
  const page = await profile.newPage()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error' && !failing?.test(message.text())) faults.push(message.text())
  })
  await page.goto(url)
  await page.getByRole('button', { name: /^(Talk|Hablar)$/ }).waitFor()
  return { page, faults, close: () => profile.close() }
}
