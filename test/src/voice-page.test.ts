/** People in Chromium on pages that are nothing but a voice, with the gateway as it is shipped. */

import { createVoiceClient } from '@parley/client'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeAgent } from './support/agent-file.js'
import { browserThatHears } from './support/console-page.js'
import { type CuttingDoor, openCuttingDoor } from './support/cutting-door.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'
import { openVoicePage, type VoicePage } from './support/voice-page.js'

const briefAgent = `agent: brief
language: en
greeting: Yes?
intents:
  call:
    phrases: [information about your last call]
    replies: It was a short one.
  parts:
    phrases: [information, your last call, last call, about your call, call]
    replies: Pardon?
fallback: Sorry?
`
/** 400 ms of PCM16 at 16 kHz, and of Opus. */
const PCM_BYTES = 12_800
const OPUS_BYTES = 900
const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }

describe('a page with a voice', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  let door: CuttingDoor
  let browser: Browser
  const pages: VoicePage[] = []

  beforeAll(async () => {
    gateway = await startParley({ env: { PARLEY_AGENT: writeAgent(briefAgent) } })
    door = await openCuttingDoor(gateway.url)
    browser = await browserThatHears([700, 'en-info-about-last-call'])
  })

  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close()
  })

  afterAll(async () => {
    await browser?.close()
    await door?.close()
    await gateway?.stop()
  })

  async function visit(options: object = {}): Promise<VoicePage> {
    const page = await openVoicePage(browser, door.url)
    pages.push(page)
    expect(await page.start({ ...plain, ...options })).toMatchObject({ status: 'live' })
    return page
  }

  async function breakLine(bytes: number): Promise<void> {
    await door.swallow(bytes)
    door.cut()
  }

  it('leaves a sentence whole whose line breaks in the middle of a word', async () => {
    const { page, said, accounts } = await visit({ microphone: 'off', reconnect: { firstDelayMs: 20 } })
    await page.waitForFunction(`heard.some(({ type }) => type === 'reply-ended')`)
    // The person begins once the greeting is over, however long the machine took for that.
    await page.evaluate('voice.setMicrophone(undefined)')
    await page.waitForFunction(`heard.some(({ type }) => type === 'speech-started')`)
    // Less than a pause that the gateway would hear as one.
    await breakLine(PCM_BYTES / 2)
    await expect.poll(said, { timeout: 30_000 }).toEqual(['information about your last call'])
    expect(await page.evaluate('voice.metrics()')).toMatchObject({ reconnects: 1, unsentMs: 0 })
    await expect.poll(async () => isEven(await accounts())).toBe(true)
  })

  it.each([
    ['sealed', { encryption: true }, PCM_BYTES],
    ['spoken by Opus', { codec: 'opus' }, OPUS_BYTES],
  ])('is received to the sample over a line that breaks where it is %s', async (_, options, bytes) => {
    const { page, accounts } = await visit(options)
    await page.waitForFunction('spokenMs > 200')
    await breakLine(bytes)
    await page.waitForFunction(`heard.filter(({ type }) => type === 'ready').length === 2`)
    await page.waitForFunction(`voice.snapshot().status === 'live'`)
    await expect.poll(async () => isEven(await accounts())).toBe(true)
    expect(await page.evaluate('voice.metrics().unsentMs')).toBe(0)
  })

  it('is one of several devices: it listens, takes over, and is heard', async () => {
    const first = await visit({ device: 'Phone' })
    const session: string = await first.page.evaluate('voice.client.ready.session')
    const second = await visit({ join: { session, as: 'listener' }, device: 'Kitchen tablet' })
    expect(await second.openTracks()).toBe(0)
    await first.page.evaluate(`voice.sendText('information about your last call')`)
    const answer = `voice.snapshot().conversation.entries.some(each => each.outcome?.said.includes('short one'))`
    for (const { page } of [first, second]) await page.waitForFunction(answer)

    const late = await visit({ join: { session, as: 'controller' } })
    expect(await late.page.evaluate(answer)).toBe(true)
    await late.page.evaluate('voice.stop()')

    await second.page.evaluate('voice.takeOver()')
    await first.page.waitForFunction(`voice.snapshot().role === 'controller'`)
    expect([await first.openTracks(), await second.openTracks()]).toEqual([0, 1])
    const roles = `voice.snapshot().company.map(({ name, role }) => name + ' ' + role).sort()`
    await expect
      .poll(() => first.page.evaluate(roles))
      .toEqual(['Kitchen tablet speaker', 'Phone controller'])
    await first.page.evaluate(`voice.sendText('call')`)
    await second.page.waitForFunction(
      `voice.snapshot().conversation.entries.some(each => each.kind === 'user' && each.text === 'call')`,
    )
    await second.page.waitForFunction('spokenMs > 200')
    await breakLine(PCM_BYTES)
    for (const { page } of [first, second])
      await page.waitForFunction(`voice.metrics().reconnects > 0 && voice.snapshot().status === 'live'`)
    expect(await first.page.evaluate('voice.snapshot().role')).toBe('controller')
    expect(await second.page.evaluate('voice.snapshot().role')).toBe('speaker')
  })

  it('talks over Socket.IO, and comes back into its conversation', async () => {
    const client = createVoiceClient({ url: door.url, transport: 'socketio', codec: 'pcm16' })
    const said: string[] = []
    let samples = 0
    client.on('reply-ended', reply => said.push(reply.said))
    client.on('audio', sound => {
      samples += sound.samples.length
    })
    const { session } = await client.connect()
    expect(client.transport).toBe('socketio')
    client.sendText('information about your last call')
    await expect.poll(() => said.at(-1), { timeout: 20_000 }).toContain('short one')
    expect(samples).toBeGreaterThan(24_000)
    door.cut()
    await expect.poll(() => client.state).toBe('reconnecting')
    await expect.poll(() => client.state).toBe('ready')
    expect(client.ready).toMatchObject({ session, resumed: true })
    client.sendText('call')
    await expect.poll(() => said.at(-1), { timeout: 20_000 }).toContain('Pardon')
    client.close()
  })
})

function isEven({ receivedMs, spokenMs }: Awaited<ReturnType<VoicePage['accounts']>>): boolean {
  return Math.abs(receivedMs - spokenMs) < 0.001
}
