/** A page that is nothing but a voice: `@parley/client` as it is built, at the gateway's own origin. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { root } from './parley-process.js'

/** What a bundler does for an application. */
const imports = {
  '@parley/protocol/sframe': '/sdk/protocol/sframe/index.js',
  '@parley/protocol/socketio-events': '/sdk/protocol/socketio/server-events.js',
}

export interface VoicePage {
  readonly page: Page
  /** Makes `voice` with these options and starts it; resolves with what became of it. */
  start(options: object): Promise<{ readonly status: string; readonly role: string; readonly code?: string }>
  /** Sound of the microphone so far, ms: what was received of it, and what was spoken. Mutes it. */
  accounts(): Promise<{ readonly receivedMs: number; readonly spokenMs: number }>
  /** Microphone tracks that are open. */
  openTracks(): Promise<number>
  /** Texts of the caller's turns that are over, oldest first. */
  said(): Promise<string[]>
  close(): Promise<void>
}

export async function openVoicePage(browser: Browser, gateway: string): Promise<VoicePage> {
  // The gateway's own answer is the page, as Chromium asks of pages that call the machine they run on.
  const profile = await browser.newContext({ bypassCSP: true })
  const page = await profile.newPage()
  await page.route('**/sdk/**', async route => {
    const path = new URL(route.request().url()).pathname.slice('/sdk/'.length)
    const [name = '', ...rest] = path.split('/')
    const body = await readFile(join(root, 'packages', name, 'dist', ...rest))
    return route.fulfill({ contentType: 'text/javascript', body })
  })
  await page.goto(`${gateway}/health`)
  return {
    page,
    start: options => page.evaluate(`(${startVoice})(${JSON.stringify(options)})`),
    accounts: () => page.evaluate(`(${compareAccounts})()`),
    openTracks: () => page.evaluate(`tracks.filter(({ readyState }) => readyState === 'live').length`),
    said: () =>
      page.evaluate(
        `voice.snapshot().conversation.entries.filter(each => each.kind === 'user' && each.final).map(each => each.text)`,
      ),
    close: () => profile.close(),
  }
}

/** Runs in the page. */
const startVoice = `async options => {
  const map = document.createElement('script')
  map.type = 'importmap'
  map.textContent = ${JSON.stringify(JSON.stringify({ imports }))}
  document.head.append(map)
  const { createVoice } = await import('/sdk/client/index.js')
  const voice = createVoice({ url: location.origin, codec: 'pcm16', ...options })
  const heard = []
  globalThis.spokenMs = 0
  const send = voice.client.sendAudio
  voice.client.sendAudio = (samples, rate) => {
    if (voice.client.state !== 'idle') globalThis.spokenMs += (samples.length * 1000) / rate
    send(samples, rate)
  }
  globalThis.tracks ??= []
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async wish => {
    const stream = await ask(wish)
    tracks.push(...stream.getTracks())
    return stream
  }
  voice.client.on('message', message => heard.push(message))
  Object.assign(globalThis, { voice, heard })
  await voice.start()
  const { status, role, error } = voice.snapshot()
  return { status, role, ...(error && { code: error.code }) }
}`

/** Runs in the page: a session that is resumed says how much it received. */
const compareAccounts = `async () => {
  voice.setMuted(true)
  const ready = new Promise(resolve => {
    const stop = voice.client.on('ready', message => {
      stop()
      resolve(message)
    })
  })
  voice.client.resume()
  const { receivedMs } = await ready
  return { receivedMs, spokenMs }
}`
