/** Pages with OpenAI's own SDK in a real browser against a real gateway: unchanged but for the address, and no key. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { browserThatHears } from './support/console-page.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'
import {
  beginCall,
  type CallInPage,
  type PageCall,
  type PageServer,
  servePage,
} from './support/realtime-page.js'

/** A question over nothing, and another person's words while it is answered. */
const said = [2_500, 'en-info-about-last-call'] as const
/** Loudness above which something is heard, RMS. */
const AUDIBLE = 0.01

declare const call: PageCall

describe('a page with the agents SDK', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  let browser: Browser
  let server: PageServer

  beforeAll(async () => {
    server = await servePage()
    const env = { CORS_ORIGINS: server.origin }
    ;[gateway, browser] = await Promise.all([startParley({ env }), browserThatHears(said)])
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    expect(await gateway?.stop()).toBe(0)
  })

  afterEach(async () => {
    for (const page of browser.contexts().flatMap(context => context.pages())) {
      await page.evaluate(() => call.session.close())
      await page.context().close()
    }
  })

  /** As the application's own server does it. */
  async function ephemeralKey(): Promise<string> {
    const response = await fetch(`${gateway.url}/v1/realtime/client_secrets`, {
      method: 'POST',
      headers: { authorization: 'Bearer any-key', 'content-type': 'application/json' },
      body: JSON.stringify({ session: { type: 'realtime', model: 'gpt-realtime-2.1' } }),
    })
    const { value } = await response.json()
    expect(value).toMatch(/^ek_/)
    return value
  }

  async function visit(options: Omit<CallInPage, 'apiKey'>): Promise<Page> {
    const page = await browser.newPage()
    await page.goto(server.origin)
    await page.evaluate(beginCall, { ...options, apiKey: await ephemeralKey() })
    return page
  }

  /** Waits for an event that came after `from` others, and says how many there are up to it. */
  async function seen(page: Page, type: string, from = 0): Promise<number> {
    const found = await page.waitForFunction(
      ([wanted, start]) => {
        const at = call.events.findIndex((event, index) => index >= start && event.type === wanted)
        return at < 0 ? undefined : at + 1
      },
      [type, from] as const,
      { polling: 50, timeout: 20_000 },
    )
    return (await found.jsonValue()) ?? 0
  }

  /** Waits until something (or nothing any more) is heard in the page. */
  const hears = (page: Page, sound: boolean) =>
    page.waitForFunction(
      ([wanted, least]) => {
        const lately = call.levels.slice(-10)
        return lately.length === 10 && lately.every(({ rms }) => rms < least) !== wanted
      },
      [sound, AUDIBLE] as const,
      { polling: 50, timeout: 20_000 },
    )

  /** What is left of a call in the page: everything but what cannot leave it. */
  const kept = (page: Page) =>
    page.evaluate(() => {
      const { events, faults, changes, session } = call
      const history = session.history.flatMap(item =>
        item.type === 'message' && item.role !== 'system'
          ? [{ role: item.role, status: item.status, words: JSON.stringify(item.content) }]
          : [],
      )
      return { events, faults, changes, history }
    })

  async function latestSession(): Promise<Record<string, unknown>> {
    const { sessions } = await (await fetch(`${gateway.url}/api/sessions`)).json()
    return sessions[0]
  }

  const activeSessions = async () =>
    /^voice_sessions_active(?:\{.*\})? (\d+)/m.exec(await (await fetch(`${gateway.url}/metrics`)).text())?.[1]

  it('speaks and is answered in sound over WebRTC, interrupts, and leaves', async () => {
    const page = await visit({ transport: 'webrtc', url: `${gateway.url}/v1/realtime/calls` })
    await expect.poll(activeSessions, { timeout: 10_000 }).toBe('1')
    const started = await seen(page, 'output_audio_buffer.started')
    await hears(page, true)
    await page.evaluate(() => call.say('en-something-terribly-wrong'))
    const cleared = await seen(page, 'output_audio_buffer.cleared', started)
    await hears(page, false)
    const done = await seen(page, 'response.done', started)
    await seen(page, 'output_audio_buffer.started', cleared)
    await hears(page, true)

    const { events, faults, changes, history } = await kept(page)
    expect(faults).toEqual([])
    expect(changes).toEqual(['connecting', 'connected'])
    const types = events.map(({ type }) => type)
    expect(types).not.toContain('response.output_audio.delta')
    expect(events[done - 1]?.response).toMatchObject({
      status: 'cancelled',
      status_details: { reason: 'turn_detected' },
    })
    const turn = [
      'session.created',
      'session.updated',
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'response.created',
      'output_audio_buffer.started',
    ]
    expect(types.filter(type => turn.includes(type)).slice(0, turn.length + 1)).toEqual([
      ...turn.slice(0, 2),
      'session.updated',
      ...turn.slice(2),
    ])
    expect(types.slice(0, cleared)).not.toContain('output_audio_buffer.stopped')
    expect(history.map(({ role, status }) => [role, status]).slice(0, 3)).toEqual([
      ['user', 'completed'],
      ['assistant', 'incomplete'],
      ['user', 'completed'],
    ])
    expect(history[0]?.words).toContain('"information about your last call"')
    expect(history[1]?.words).toMatch(/details of your last call/)
    await page.evaluate(() => call.session.close())
    expect((await kept(page)).changes.at(-1)).toBe('disconnected')
    await expect.poll(activeSessions, { timeout: 20_000 }).toBe('0')
    expect(await latestSession()).toMatchObject({ agent: 'front-desk', edge: 'realtime', turnCount: 2 })
  })

  it('notices that the gateway hung up', async () => {
    const page = await visit({ transport: 'webrtc', url: `${gateway.url}/v1/realtime/calls` })
    const callId = await page.evaluate(() => (call.session.transport as unknown as { callId: string }).callId)
    expect(callId).toMatch(/^rtc_/)
    const hangUp = await fetch(`${gateway.url}/v1/realtime/calls/${callId}/hangup`, { method: 'POST' })
    expect(hangUp.status).toBe(200)
    await page.waitForFunction(() => call.changes.at(-1) === 'disconnected', undefined, { timeout: 25_000 })
    await expect.poll(activeSessions, { timeout: 20_000 }).toBe('0')
  })

  it('types over a WebSocket of the browser', async () => {
    const page = await visit({
      transport: 'websocket',
      url: `${gateway.url.replace('http', 'ws')}/v1/realtime`,
    })
    await page.evaluate(() => call.session.sendMessage('What are your opening hours?'))
    await seen(page, 'response.done')
    const { faults, history, events } = await kept(page)
    expect(faults).toEqual([])
    expect(history.map(({ role, status }) => [role, status])).toEqual([
      ['user', 'completed'],
      ['assistant', 'completed'],
    ])
    expect(history[0]?.words).toContain('What are your opening hours?')
    expect(history[1]?.words).toMatch(/nine to six/)
    const parts = events.filter(({ type }) => type === 'response.output_audio.delta')
    const bytes = parts.reduce((sum, { delta }) => sum + Buffer.from(String(delta), 'base64').length, 0)
    // Words of six seconds, 24 kHz.
    expect(bytes / 48_000).toBeGreaterThan(3)
    await page.evaluate(() => call.session.close())
    await expect.poll(activeSessions, { timeout: 20_000 }).toBe('0')
  })
})
