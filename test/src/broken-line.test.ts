/** A person in Chromium whose line breaks in the middle of a word, with the gateway as it is shipped. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeAgent } from './support/agent-file.js'
import { browserThatHears } from './support/console-page.js'
import { type CuttingDoor, openCuttingDoor } from './support/cutting-door.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'
import { openVoicePage } from './support/voice-page.js'

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
/** 400 ms of PCM16 at 16 kHz. */
const SWALLOWED_BYTES = 12_800

describe('a line that breaks in the middle of a word', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  let door: CuttingDoor
  let browser: Browser

  beforeAll(async () => {
    gateway = await startParley({ env: { PARLEY_AGENT: writeAgent(briefAgent) } })
    door = await openCuttingDoor(gateway.url)
    browser = await browserThatHears([3_000, 'en-info-about-last-call'])
  })

  afterAll(async () => {
    await browser?.close()
    await door?.close()
    await gateway?.stop()
  })

  it('leaves the sentence whole', async () => {
    const { page, start, said, close } = await openVoicePage(browser, door.url)
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
    expect(await start(plain)).toEqual({ status: 'live', role: 'speaker' })
    await page.waitForFunction(`heard.some(({ type }) => type === 'speech-started')`)
    await door.swallow(SWALLOWED_BYTES)
    door.cut()
    await expect.poll(said, { timeout: 15_000 }).not.toEqual([]).catch(() => {})
    console.log(await page.evaluate(`JSON.stringify(heard.filter(m => !['reply-words','audio-begin'].includes(m.type)).map(m => m.type === 'ready' ? [m.type, m.resumed, m.receivedMs] : [m.type, m.atMs, m.text ?? m.floor ?? m.code, m.mediaMs]))`))
    console.log(await said(), await page.evaluate('voice.metrics()'))
    await close()
  })
})
