/**
 * A person in Chromium who talks by Opus, 48 kHz and 20 ms a packet, with the gateway as it is shipped. Every figure
 * is measured outside of the client: at the wire, and at the loudspeaker.
 */
import { loadOpus } from '@parley/audio'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { browserThatHears } from './support/console-page.js'
import { heardOf, levelDbfs, listenAtLoudspeaker, recordedAt } from './support/loudspeaker.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'
import { type VoiceWire, wireOf } from './support/voice-wire.js'

const RATE = 48_000
/** Time enough for the greeting, then each with time enough for its answer. */
const caller = [6_000, 'en-hello', 8_000, 'en-info-about-last-call', 10_000, 'en-hello'] as const
/** One that differs from what client and gateway would take without a word. */
const bitrate = 24_000
/** At 16 kHz up, 24 kHz down. */
const PCM_BYTES_A_MINUTE = { sent: 1_920_000, received: 2_880_000 }

const words = (page: Page, by: 'user' | 'agent', text: string | RegExp) =>
  page.locator(`.entry[data-by="${by}"]`, { hasText: text })

async function decoded(packets: readonly Uint8Array[]): Promise<Int16Array[]> {
  const decoder = await (await loadOpus()).decoder({ sampleRate: RATE })
  const sound = packets.map(packet => decoder.decode(packet))
  decoder.close()
  return sound
}

function floats(frames: readonly Int16Array[]): Float32Array {
  return Float32Array.from(
    frames.flatMap(frame => [...frame]),
    sample => sample / 32_768,
  )
}

describe('a browser that talks by Opus', { timeout: 120_000 }, () => {
  let gateway: ParleyProcess
  const browsers: Browser[] = []
  const faults: string[] = []

  beforeAll(async () => {
    gateway = await startParley({ env: { VOICE_BITRATE: String(bitrate) } })
  })

  afterAll(() => gateway?.stop())

  afterEach(async () => {
    for (const browser of browsers.splice(0)) await browser.close()
    expect(faults.splice(0)).toEqual([])
  })

  async function visit(before = ''): Promise<{ readonly page: Page; readonly wire: VoiceWire }> {
    // A browser each, for its microphone says its piece but once.
    const browser = await browserThatHears(caller)
    browsers.push(browser)
    // The ear at the loudspeaker is a worklet that the page's policy would refuse.
    const profile = await browser.newContext({ locale: 'en-GB', bypassCSP: true })
    await profile.addInitScript(`${listenAtLoudspeaker};${before}`)
    const page = await profile.newPage()
    page.on('pageerror', error => faults.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') faults.push(message.text())
    })
    const wire = wireOf(page)
    // On this machine the page takes PCM16 unless it is told otherwise.
    await page.goto(`${gateway.url}/?codec=auto`)
    return { page, wire }
  }

  /** Talks until the question was answered, and hangs up. */
  async function talk(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Talk', exact: true }).click()
    await words(page, 'user', /hello|your last call/i)
      .first()
      .waitFor({ timeout: 45_000 })
    const answer = /What can I do for you|Hello again|details of your last call|number of your last call/
    await words(page, 'agent', answer).and(page.locator(':not(:has(.entry-coming))')).first().waitFor()
    await page.getByText('The floor is free').waitFor()
    await page.getByRole('button', { name: 'End', exact: true }).click()
  }

  it('is understood and heard, at a small part of the bytes of PCM16', async () => {
    const opus = await visit()
    await talk(opus.page)
    const [hello] = opus.wire.sent.messages
    expect(hello).toMatchObject({ input: { codec: 'opus' }, output: { codec: 'opus', sampleRate: RATE } })
    expect(opus.wire.received.messages[0]).toMatchObject({
      input: { codec: 'opus', sampleRate: RATE },
      opus: { packetMs: 20, bitrate },
    })
    const spoken = await decoded(opus.wire.sent.sound)
    expect(spoken.length).toBeGreaterThan(400)
    expect(new Set(spoken.map(({ length }) => length))).toEqual(new Set([960]))
    expect(Math.max(...opus.wire.sent.sound.map(({ length }) => length))).toBeLessThan(200)
    expect(levelDbfs(await recordedAt(opus.page))).toBeGreaterThan(-45)

    expect(opus.wire.bytesPerMinute('sent')).toBeLessThan(PCM_BYTES_A_MINUTE.sent / 10)
    expect(opus.wire.bytesPerMinute('received')).toBeLessThan(PCM_BYTES_A_MINUTE.received / 10)
  })

  it('tells within 60 ms how much of an answer was heard that was cut short', async () => {
    const { page, wire } = await visit()
    const field = page.getByRole('textbox', { name: 'Type instead of talking' })
    await field.fill('What are your opening hours?')
    await field.press('Enter')
    const { reply, sound } = await wire.stretchAfter('opening hours')
    await expect.poll(() => wire.playedOf(reply), { timeout: 20_000 }).toBeGreaterThan(900)
    await page.keyboard.press('Escape')
    await page.locator('.badge', { hasText: 'interrupted' }).first().waitFor()
    const recording = await recordedAt(page)
    const ready = wire.received.messages[0] as { readonly opus: { readonly lookaheadMs: number } } | undefined
    const lookaheadMs = ready?.opus.lookaheadMs ?? 0
    const samples = floats(await decoded(sound())).subarray((lookaheadMs * RATE) / 1000)
    const heard = heardOf({ samples, sampleRate: RATE }, recording)
    const told = wire.playedOf(reply)
    expect(heard.match).toBeGreaterThan(0.9)
    expect(Math.abs(told - heard.ms)).toBeLessThan(60)
    const settled = wire.received.messages.findLast(({ type }) => type === 'interrupted')
    expect(settled).toMatchObject({ heard: { reply, source: 'reported' } })
  })
})
