/** A page that is nothing but a voice: `@parley/client` as it is built, at the gateway's own origin. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { root } from './parley-process.js'

const html = `<!doctype html><title>A voice</title><script type="importmap">
{ "imports": { "@parley/protocol/sframe": "/sdk/protocol/sframe/index.js" } }
</script>`

export interface VoicePage {
  readonly page: Page
  /** Makes `voice` with these options and starts it; resolves with what became of it. */
  start(options: object): Promise<{ readonly status: string; readonly role: string; readonly code?: string }>
  /** Texts of the caller's turns that are over, oldest first. */
  said(): Promise<string[]>
  close(): Promise<void>
}

export async function openVoicePage(browser: Browser, gateway: string): Promise<VoicePage> {
  const profile = await browser.newContext()
  const page = await profile.newPage()
  await page.route('**/sdk/**', async route => {
    const path = new URL(route.request().url()).pathname.slice('/sdk/'.length)
    if (path === '') return route.fulfill({ contentType: 'text/html', body: html })
    const [name = '', ...rest] = path.split('/')
    const body = await readFile(join(root, 'packages', name, 'dist', ...rest))
    return route.fulfill({ contentType: 'text/javascript', body })
  })
  await page.goto(`${gateway}/sdk/`)
  return {
    page,
    start: options => page.evaluate(`(${startVoice})(${JSON.stringify(options)})`),
    said: () =>
      page.evaluate(
        `voice.snapshot().conversation.entries.filter(each => each.kind === 'user' && each.final).map(each => each.text)`,
      ),
    close: () => profile.close(),
  }
}

/** Runs in the page. */
const startVoice = `async options => {
  const { createVoice } = await import('/sdk/client/index.js')
  const voice = createVoice({ url: location.origin, codec: 'pcm16', ...options })
  const heard = []
  voice.client.on('message', message => heard.push(message))
  Object.assign(globalThis, { voice, heard })
  await voice.start()
  const { status, role, error } = voice.snapshot()
  return { status, role, ...(error && { code: error.code }) }
}`
