/**
 * The assistant as pages have it that load it by `<script src>` alone, with a microphone that hears a person; and the test
 * console, which is such a page.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AssistantEvents, AssistantStatus } from '@parley/client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inaccessible } from './support/accessible.js'
import { browserThatHears } from './support/console-page.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'

/** Into the greeting, and no more. */
const caller = [1_500, 'en-info-about-last-call'] as const
const scripts = [
  'socket-client',
  'audio-stream-handler',
  'webrtc-client',
  'vad-handler',
  'avatar-sync',
  'sandra-realtime-integration',
]
/** As a static host has it: another origin than the gateway's. */
const htmlFor = (url: string) => `<!doctype html><html lang="es"><title>Sandra</title><div id="avatar"></div>
${scripts.map(name => `<script src="${url}/js/${name}.js"></script>`).join('\n')}
<script>
  const seen = []
  for (const name of ['barge-in:ack', 'words', 'transcript', 'failed'])
    SandraRealtime.on(name, event => seen.push({ name, event, playing: vadHandler.remoteAudioPlaying }))
</script>`

/** Names of the page, as its own scripts use them. */
interface PageNames {
  readonly seen: readonly {
    readonly name: keyof AssistantEvents
    readonly event: object
    readonly playing: boolean
  }[]
  readonly SandraRealtime: import('@parley/client/page-globals').SandraRealtime
  readonly socketClient: import('@parley/client').SocketClient
  readonly vadHandler: import('@parley/client').VadHandler
  readonly audioProcessor: { preloadVoiceModel(): Promise<void> }
}
declare const SandraRealtime: PageNames['SandraRealtime']
declare const socketClient: PageNames['socketClient']
declare const vadHandler: PageNames['vadHandler']
declare const audioProcessor: PageNames['audioProcessor']
declare const seen: PageNames['seen']

let gateway: ParleyProcess
let browser: Browser
let host: Server

beforeAll(async () => {
  host = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end(htmlFor(gateway.url)),
  ).listen(0, '127.0.0.1')
  await once(host, 'listening')
  const env = { CORS_ORIGINS: hostUrl() }
  ;[gateway, browser] = await Promise.all([startParley({ env }), browserThatHears(caller)])
})

afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  host.closeAllConnections()
  host.close()
})

const hostUrl = () => `http://127.0.0.1:${(host.address() as AddressInfo).port}`

async function visit(url = hostUrl()): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(url)
  return page
}

const statusOf = (page: Page): Promise<AssistantStatus> => page.evaluate(() => SandraRealtime.getStatus())
const sees = (page: Page, name: string) =>
  page.waitForFunction(wanted => seen.some(({ name: each }) => each === wanted), name)

/** As behind a firewall: the gateway's addresses lead nowhere, and it is not told ours. */
async function blockUdp(page: Page): Promise<void> {
  await page.route('**/v1/webrtc/*', (route, request) =>
    request.method() === 'PATCH' ? route.fulfill({ status: 204 }) : route.continue(),
  )
  await page.route('**/v1/webrtc', async route => {
    const response = await route.fetch()
    const body = (await response.text()).replace(/^a=candidate:.*\r\n/gm, '')
    await route.fulfill({ response, body })
  })
}

async function begin(page: Page, options: object): Promise<void> {
  await page.evaluate(async (given: object) => {
    const face = { element: document.querySelector<HTMLElement>('#avatar') ?? document.body }
    await SandraRealtime.initialize({ language: 'en', avatar: true, face, ...given })
    await SandraRealtime.startCall()
  }, options)
}

describe('a page that has the assistant by its scripts', { timeout: 60_000 }, () => {
  it('begins, is heard, moves its face, and stops the agent when somebody speaks into its words', async () => {
    const page = await visit()
    expect(await statusOf(page)).toMatchObject({ systemReady: false, webrtc: { enabled: false } })
    const options = await page.evaluate(() => {
      vadHandler.setThreshold(0.02)
      return { ...socketClient.config }
    })
    expect(options).toMatchObject({ reconnection: true, reconnectionAttempts: 5 })
    await begin(page, { transports: ['websocket'], chunkSize: 640 })
    expect(await page.evaluate(() => vadHandler.threshold)).toBe(0.02)
    expect(await statusOf(page)).toEqual({
      systemReady: true,
      callActive: true,
      socket: { connected: true, authenticated: true, latency: expect.any(Number) },
      webrtc: { enabled: false, connected: false },
      vad: { enabled: true, analyzing: expect.any(Boolean) },
      avatar: { enabled: true, animating: expect.any(Boolean) },
      audio: { streamingEnabled: true },
    })
    await page.waitForFunction(
      () => Number(document.getElementById('avatar')?.style.getPropertyValue('--mouth')) > 0.2,
    )
    await page.waitForFunction(() => vadHandler.remoteAudioPlaying)
    await sees(page, 'barge-in:ack')
    const acknowledged = await page.evaluate(() => seen.find(({ name }) => name === 'barge-in:ack'))
    expect(acknowledged?.playing).toBe(false)
    await page.waitForFunction(() =>
      seen.some(({ name, event }) => name === 'transcript' && /last call/.test(JSON.stringify(event))),
    )
    await page.evaluate(() => audioProcessor.preloadVoiceModel())
    const metrics = await page.evaluate(() => socketClient.getMetrics())
    expect(metrics.audioChunksSent).toBeGreaterThan(20)
    expect(metrics.audioChunksReceived).toBeGreaterThan(10)
    await page.evaluate(() => SandraRealtime.endCall())
    expect(await statusOf(page)).toMatchObject({ callActive: false, audio: { streamingEnabled: false } })
    await page.close()
  })

  it('takes WebRTC where it is asked for, and is answered there', async () => {
    const page = await visit()
    await begin(page, { webrtc: true })
    expect(await statusOf(page)).toMatchObject({ webrtc: { enabled: true, connected: true } })
    await page.waitForFunction(() => vadHandler.remoteAudioPlaying)
    await page.waitForFunction(
      () => Number(document.getElementById('avatar')?.style.getPropertyValue('--mouth')) > 0.2,
    )
    await sees(page, 'barge-in:ack')
    await page.evaluate(() => SandraRealtime.sendMessage('What are your opening hours?'))
    await page.waitForFunction(() =>
      seen.some(({ name, event }) => name === 'words' && /nine/.test(JSON.stringify(event))),
    )
    expect(await page.evaluate(() => SandraRealtime.getMetrics().audioChunksSent)).toBe(0)
    await page.evaluate(() => SandraRealtime.endCall())
    expect(await statusOf(page)).toMatchObject({ callActive: false, webrtc: { connected: false } })
    await page.close()
  })
})

describe('the test console', { timeout: 60_000 }, () => {
  it('connects, calls, is answered, interrupts and ends; where no UDP gets through it says so and goes on', async () => {
    const page = await visit(`${gateway.url}/test-socket.html`)
    await blockUdp(page)
    expect(await inaccessible(page)).toEqual([])
    await page.getByLabel('Sound over WebRTC').check()
    await page.getByRole('checkbox', { name: 'Microphone' }).uncheck()
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByRole('button', { name: 'Start Call' }).click()
    await page.getByText('No UDP gets through').waitFor()
    await page.getByText('Connected, in a call').waitFor()
    expect(await page.locator('#carrier').textContent()).toBe('Socket.IO')
    expect(Number.parseFloat((await page.locator('#latency').textContent()) ?? '')).toBeGreaterThan(0)
    await page.getByLabel('Message').fill('What are your opening hours?')
    await page.getByLabel('Message').press('Enter')
    await page.locator('#talk .agent', { hasText: /nine/ }).waitFor()
    await page.getByRole('button', { name: 'Trigger Barge-In' }).click()
    await page.locator('#events code', { hasText: 'barge-in:ack' }).first().waitFor()
    expect(await inaccessible(page)).toEqual([])
    await page.getByRole('button', { name: 'End Call' }).click()
    await page.locator('#events code', { hasText: 'call:ended' }).waitFor()
    await page.getByRole('button', { name: 'Disconnect' }).click()
    await page.getByText('Disconnected').waitFor()
    await page.close()
  })
})

describe('the self-test of the console', { timeout: 60_000 }, () => {
  const step = (page: Page, name: string) => page.locator(`[data-step="${name}"]`)

  it('goes over each leg, names the one that fails, and gives a report of it', async () => {
    const page = await visit(`${gateway.url}/#/check`)
    await blockUdp(page)
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByText('Does not work: WebRTC.').waitFor()
    expect(await step(page, 'webrtc').textContent()).toMatch(/UDP is blocked.*go on by WebSocket/)
    for (const name of [
      'page',
      'gateway',
      'health',
      'token',
      'websocket',
      'socketio',
      'addresses',
      'sound',
      'opus',
    ])
      expect([name, await step(page, name).getAttribute('data-state')]).toEqual([name, 'good'])
    expect(await step(page, 'line').getAttribute('data-state')).toBe('passed-over')
    expect(await step(page, 'microphone').getAttribute('data-state')).toMatch(/good|note/)
    await page.getByRole('button', { name: 'No', exact: true }).click()
    const report = JSON.parse(await page.getByLabel('Report').inputValue())
    expect(report).toMatchObject({ heardTone: false, gateway: gateway.url })
    expect(report.steps.find((each: { step: string }) => each.step === 'webrtc')).toMatchObject({
      state: 'bad',
      fact: 'webrtc-blocked',
    })
    await page.locator('summary', { hasText: 'Report' }).click()
    expect(await inaccessible(page)).toEqual([])
    await page.close()
  })
})
